"""Formats: the files that billing systems and banks send, read into public events (one module per format).

A module of this package or of a package in it that has a ``FORMAT`` is a format; `services.intake.formats.registry`
finds it. ``xml``, ``csv``, ``camt`` and ``billing`` hold what several formats share, and never import a format.
"""
