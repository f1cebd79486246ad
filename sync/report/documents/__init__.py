"""What `--format json` prints of each command that has a published schema, and other programs read likewise. Pure."""
