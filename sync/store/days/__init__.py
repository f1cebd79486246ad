"""What is kept of each day that was read."""
