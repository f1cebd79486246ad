"""Diverging priorities, disengagement and over-commitment, by team and objective. Pure."""
