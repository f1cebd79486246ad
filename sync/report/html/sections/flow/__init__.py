"""The section of flow: the value stream as a picture, its bottleneck, and how long work takes. Pure."""

from sync.report.html.sections.flow.section import section

__all__ = ["section"]
