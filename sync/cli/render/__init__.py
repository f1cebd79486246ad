"""Sections to a terminal or to Markdown, documents to JSON. Text from outside is never read as markup."""
