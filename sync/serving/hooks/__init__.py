"""Receiving the webhooks of trackers: a delivery says only that a look is worth it now."""
