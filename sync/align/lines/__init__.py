"""What is looked up along the line of parents above an item, once for all that hangs there. Pure."""
