"""The notifier: letters, from the command that plans one to the outcome that closes it (design.md §7).

``letter/`` writes a letter, ``posts/`` deliver it, ``protocol.py`` says what may happen to a notice and ``worker.py``
does it.
"""
