"""Which payment a bank means: the same money told again, and whose money comes back (rules.md B1, B2).

Imports `matching` and `state`, and no module that lies directly in `services.cash_application`.
"""
