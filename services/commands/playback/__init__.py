"""Playing files with a virtual clock: the engine, the files in the order of their times, and what is printed."""
