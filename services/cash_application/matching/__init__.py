"""Whose is the money: what a payment's words and payer may mean, how sure each way is, and which one is chosen."""
