"""Playing files with a virtual clock: the engine, the files in the order of their times, the output.

`run --example` goes on live after it has played, so this package imports `processes`, never the other way round.
"""
