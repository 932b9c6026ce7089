"""`erapaiva reconcile`: whether every booked cent is in exactly one place and ties to the bank's statements."""
