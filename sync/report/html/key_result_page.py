"""The page of a key result: how it stands, where its number comes from, where it will end, and the work that serves it. Pure."""

from __future__ import annotations

from sync.report.html.key_result import forecast, glance, its_signals, measure, work
from sync.report.html.key_result.subject import Subject
from sync.report.html.links import Links
from sync.report.html.page import Page
from sync.report.html.source import ReportSource


def key_result_page(source: ReportSource, links: Links, id_: str) -> Page:
    """The page of the key result with that id, for who comes from a ticket. Raises KeyError where there is none."""
    subject = Subject.of(source, links, id_)
    sections = (glance, forecast, work, its_signals, measure)
    title = subject.say("title", key_result=subject.id, name=subject.key_result.title)
    return Page(title, tuple(one.section(subject) for one in sections))
