"""What camt.053 and camt.054 have in common: reports, entries, transactions, remittance, totals, summaries."""
