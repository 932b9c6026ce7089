"""How far each bank account is known: completions, statements, and what takes them back (design.md §3, watermarks).

A corrected statement withdraws payments, so this room imports `payments`; `payments` does not import it.
"""
