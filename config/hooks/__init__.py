"""Webhooks that trackers send to `truenorth serve`."""
