"""Workers that are killed, paused and cut off while they work, and what becomes of money and letters then.

A load of invented public events (`load`) is published to a real broker and told day by day. Two processes of each
worker share it (`disturbed`) while `faults` strike them, the broker and the database at random moments, and while a
mail server (`sink`) refuses and drops. The same events are played through the embedded engine in peace
(`undisturbed`), and `judgement` compares.

What is compared: each event of the public topics is accounted for, partition by partition; the tallies of every lane
and every line of ``dump --canonical`` are the same; no letter reached the sink twice, neither by its notice nor by the
invoices and steps it moved; and the store believes of each letter what the sink saw.

What makes the two comparable: all events of a day are told before the sending window opens and the next tick is told
only when all is drained, so that every decision of a day knows the same. A letter whose delivery was put off is tried
again minutes later within the window, and the dump holds days, not minutes. Which letters became ``unknown`` is up to
the faults: at 17:00 each is settled from what the sink saw, as a person would, and the undisturbed run is told of the
same ``unknown`` letters and hears the same word at the same time.
"""
