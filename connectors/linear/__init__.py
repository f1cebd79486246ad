"""Linear: a GraphQL connector on httpx."""

from connectors.linear.connector import LinearConnector

__all__ = ["LinearConnector"]
