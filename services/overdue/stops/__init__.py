"""Which receivables are left alone, until when, and the reasons that rules return. Uses only the account."""
