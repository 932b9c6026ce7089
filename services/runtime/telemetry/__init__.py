"""Logs, metrics, health and consumer lag of a process."""
