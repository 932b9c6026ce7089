"""What a person sees of a lane: feeds, and what waits. Read from stored rows, beside an engine that may be running."""
