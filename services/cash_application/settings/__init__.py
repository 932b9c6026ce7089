"""Creditors, policies and rates, and which creditor a bank account belongs to (rules.md M3)."""
