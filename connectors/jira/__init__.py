"""Jira: Cloud over REST v3, Data Center over REST v2."""

from connectors.jira.connector import JiraConnector

__all__ = ["JiraConnector"]
