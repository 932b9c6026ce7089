"""Intake: what comes from outside becomes canonical events, or dead letters that can be mended (design.md §2, §3)."""
