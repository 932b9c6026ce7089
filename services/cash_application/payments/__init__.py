"""A payment from its arrival to its end: placed, moved, unmatched, returned, told twice (rules.md M3, M5, B1, B2)."""
