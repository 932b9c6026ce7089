"""What a lane keeps: rows, identities, feeds, frontier and tally, and which facts and payments wait for what.

These are more than fifteen on one floor, as each is about the one lane, and `rows` names what all of them keep. Nothing
here imports `matching`, or a module that lies directly in `services.cash_application`.
"""
