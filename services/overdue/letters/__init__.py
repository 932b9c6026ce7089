"""The letters that an account may get: guards against them, drafts, fees, and all facts that are printed."""
