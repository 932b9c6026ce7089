"""The clock: the only reader of wall time (design §3, "Time is an event")."""
