"""What a cycle came to, and what a week did, as values: for the quarterly review and the digest. Pure."""
