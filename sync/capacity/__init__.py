"""What teams spend their days on, and what they can take on: shown by team, never by person. Pure."""
