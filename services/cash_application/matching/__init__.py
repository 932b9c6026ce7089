"""Matching payments with debtors and invoices: by certain evidence, else by a score of remittance text and payer.

Imports `state`, and no module that lies directly in `services.cash_application`.
"""
