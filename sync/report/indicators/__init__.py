"""Indicators for people and for programs. Pure."""

from sync.report.indicators.data import data
from sync.report.indicators.sections import sections

__all__ = ["data", "sections"]
