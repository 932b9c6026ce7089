"""Invoices, corrections of them, and events about them, checked before they go to an account (rules.md M9, M10)."""
