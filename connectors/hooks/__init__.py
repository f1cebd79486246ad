"""What webhooks of any tracker are judged to be."""
