"""What is known of a run beside what was decided: what the store tells, and what a key that somebody asks for means."""
