"""How work flows, for people and for programs. Pure."""

from sync.report.flow.data import data
from sync.report.flow.sections import sections

__all__ = ["data", "sections"]
