"""The store port on PostgreSQL, where one machine is not enough."""
