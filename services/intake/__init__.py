"""Intake: public events and files become facts, or dead letters that can be mended (design.md §2, §3)."""
