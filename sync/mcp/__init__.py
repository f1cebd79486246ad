"""A read-only server of the Model Context Protocol: what the last read knows, for assistants. It asks no tracker and writes nothing."""
