"""The store port on one SQLite file, or in memory."""
