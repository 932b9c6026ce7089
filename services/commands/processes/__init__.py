"""What runs for long: the live loop, a worker of Kafka, publishing files, making a store anew."""
