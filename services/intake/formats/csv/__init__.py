"""CSV tables of invoices and payments: which columns there may be, and how a table is read."""
