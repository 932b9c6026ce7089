"""The reporting worker: writes the read model, SQL tables of what happened, and answers from it what is owed and why.

The modules in this folder write the tables or read them as Python values; `explain` and `reconcile` use those.
"""
