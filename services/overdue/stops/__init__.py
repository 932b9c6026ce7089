"""Which receivables get no letter, until when, and the reasons that rules return. Uses only the account."""
