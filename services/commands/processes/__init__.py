"""Commands that run for long: the live loop, a worker's process on Kafka, publishing files, rebuilding a store."""
