"""Cash application: which money belongs to which receivable, and everything a lane must know for that (design.md §3).

One lane is one partition of facts: it holds all facts of its creditors, so identity, references, payments, reversals
and bank feeds are seen whole and by one process at a time.
"""
