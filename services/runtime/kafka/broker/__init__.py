"""Access to Kafka's brokers: connections, names, topics, groups, offsets, and the log outside the engine."""
