"""Fuzzing of the file readers: whatever a file holds, reading it ends in events and dead letters, and ends.

The tests here try a few hundred files of each format. ``python -m tests.fuzz --minutes 10`` goes on for as long as it
is told to, with little memory, and shows the smallest file that it found a reader to fail on.
"""
