"""The read model: what happened, what is owed and why, in tables made to be asked."""
