"""How the marks of one item are put together, of what all items of a workspace share. Pure."""
