"""The heart: one account's receivables, what is overdue, and the next lawful and kind step."""
