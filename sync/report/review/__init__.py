"""The review of a cycle and the digest of a week, for people and for programs. Pure."""
