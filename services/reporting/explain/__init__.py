"""`erapaiva explain`: the story of an invoice or a notice in words, from the read model."""
