"""Why: the story of an invoice or a notice, in words."""
