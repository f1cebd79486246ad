"""How work flows through its stages: times, queues, ages, blocks. Pure."""
