"""What is kept for charts over time, and the views of it that dashboards read: small rows, none about a person."""
