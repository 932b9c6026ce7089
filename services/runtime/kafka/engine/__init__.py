"""The Kafka engine: one transaction of a partition task after the other, and the records it still has to publish."""
