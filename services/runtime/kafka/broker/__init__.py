"""Talking to Kafka's broker: connections, topics, groups, offsets, records from outside."""
