"""Files as a whole or not at all: those for us alone, and those that others read."""
