"""Posts: how granted letters leave (design.md §7, §8).

``post.py`` is the port and ``post_routing.py`` chooses the post of a letter; ``outbox.py``, ``smtp.py`` (over
``smtp_session.py``) and ``simulated.py`` are posts, ``logged.py`` logs what another post could not deliver, and
``message.py`` makes an e-mail of a letter. Nothing here knows the notifier's worker or its state.
"""
