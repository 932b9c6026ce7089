"""The Kafka engine: the same workers, the log in Kafka, state and positions in a database (design.md §8).

A process runs one worker. Kafka gives it partitions; each is a seat, whose records are handled in transactions of the
store. What a transaction published is held there until Kafka has it. The stored position is the truth, and every
transaction compares the seat's turn, so a process that was paused while another took over changes nothing.
"""
