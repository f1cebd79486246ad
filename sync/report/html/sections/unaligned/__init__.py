"""The section *Unaligned work*: what serves no key result, by team and age, with suggestions; and work in progress by key result. Pure."""

from sync.report.html.sections.unaligned.unaligned import section

__all__ = ["section"]
