"""Jira Cloud over REST v3."""

from connectors.jira.connector import JiraConnector

__all__ = ["JiraConnector"]
