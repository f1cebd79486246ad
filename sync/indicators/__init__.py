"""Indicators of how teams align with goals: attainment, velocity, times, customers, return. Pure."""
