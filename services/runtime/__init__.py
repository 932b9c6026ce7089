"""What makes a worker run: its contract, the unit of work, stores, the engine, settings, logs and metrics.

Nothing is imported here, so that a command pays only for the modules it uses.
"""
