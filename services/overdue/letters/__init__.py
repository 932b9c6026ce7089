"""A letter before it is sent: what it lists and books, what comes next, and the notes beside the ladder."""
