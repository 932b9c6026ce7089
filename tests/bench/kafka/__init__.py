"""The Kafka engine on a real broker and a database that waits for its disk, beside what else one could write."""
