"""Whose money it is: what is certain, what remittance text and payer suggest, and how sure each way of matching is.

Imports `state` and no module of the room's floor.
"""
