"""The notifier: letters, from the command that plans one to the outcome that closes it (design.md §7).

Its packages, each importing only those before it: ``letter/`` writes a letter, ``posts/`` deliver it. In this folder,
``protocol.py`` says what may happen to a notice, ``notice_handler.py`` makes it happen, ``open_notices.py`` keeps it,
and ``worker.py`` says what is read and published.
"""
