"""Partition tasks: the transactions of a worker in one partition, and the records that they publish."""
