"""Whether every booked cent is in one place and ties to the bank's statements."""
