"""The law as dated data: figures, banking calendar, interest rates, and whether a policy keeps to them.

A pure library. It reads the files packaged beside it once and otherwise touches nothing: no clock, no
network, no logs. A country is a pack (`services.law.country_pack`): a TOML file such as ``fi.toml`` that names a source
for each figure, and the country's ids; other installed packages register theirs.
"""
