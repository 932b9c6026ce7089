"""What camt.053 and camt.054 have in common: entries, transactions, money, remittance, summaries."""
