"""An account's books: its dated entries, and the balances that are computed from them."""
