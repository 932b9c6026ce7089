"""The oracle: a second, independent reading of rules.md, written to be compared with `play`.

It shares no code with the product: standard library and `holidays` only. It keeps no state between days but the
letters and hand-overs that were made; everything else is worked out again from the facts at every question.

    days.py     C1-C4: banking days, rolling, months and years
    facts.py    the events as facts with the moment they became known; what was known at a moment
    stops.py    S1, G1-G5, G9: what has passed, what is due, what is stopped
    ledger.py   I1-I5, M1-M6: the balances at a moment, replayed from the dated entries
    letters.py  S2-S7, F1-F6, G6-G10: the letters of a day

`README.md` beside this folder lists where rules.md leaves room, and which reading was taken.
"""

from tests.simulation.oracle.letters import letters_of

__all__ = ["letters_of"]
