"""An account's books: its dated entries, the balances computed from them, and where its money went."""
