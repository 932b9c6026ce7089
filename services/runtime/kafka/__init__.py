"""The Kafka engine: the same workers, with the log in Kafka and state and positions in a database (design.md §8).

A process runs one worker. Kafka assigns it partitions; each is a partition task, which handles its records in
transactions of the store. A transaction keeps its output in the store until Kafka has it. The stored position decides
where reading begins, and every transaction compares the task's fencing token, so that a zombie process (one that was
paused while another took its partitions over) changes nothing.
"""
