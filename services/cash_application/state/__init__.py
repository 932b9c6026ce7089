"""What a lane keeps: its rows, identities, feeds, frontier and tally, what waits in it, and what was subscribed to."""
