"""The law as dated data: figures, banking calendar, interest rates, and whether a policy keeps to them.

A pure library. It reads the files packaged beside it once and otherwise touches nothing: no clock, no
network, no logs. A country is one toml file here (``fi.toml``) that names a source for each figure.
"""
