"""A second reading of rules.md, slow and plain, and the histories it is asked about."""
