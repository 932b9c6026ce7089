"""Cash application: finds the receivables that each payment pays, from the facts of one lane (design.md §3).

One lane is one partition of facts: it holds all facts of its creditors, so one process at a time knows all their
identities, references, payments, reversals and bank feeds.
"""
