"""The section *Impact map* of the report. Pure."""

from sync.report.html.sections.impact_map.section import section

__all__ = ["section"]
