"""The impact map as tables, as Mermaid and for programs. Pure."""

from sync.report.impact_map.data import data
from sync.report.impact_map.mermaid import mermaid
from sync.report.impact_map.sections import sections

__all__ = ["data", "mermaid", "sections"]
