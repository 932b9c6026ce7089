"""Workers on Kafka, where one machine is not enough."""
