"""What a lane keeps: rows, identities, feeds, frontier and tally, and which facts and payments wait for what.

Nothing here imports `matching`, or a module that lies directly in `services.cash_application`.
"""
