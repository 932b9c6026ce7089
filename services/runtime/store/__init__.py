"""The store port, and what stands on every store: state cache, read model, partition tasks."""
