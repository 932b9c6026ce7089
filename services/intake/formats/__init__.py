"""Formats: what billing systems and banks really send, read into public events (one module per format).

A module that has a ``FORMAT`` is a format; `services.intake.formats.format.registry` finds it.
"""
