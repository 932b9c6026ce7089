"""The commands of `erapaiva`: ``register(parser)`` declares a command's arguments, ``run(arguments)`` carries it out.

Each command is a module named after it, so that ``services.cli`` finds it by its name and imports no other; that is why
this folder has more than fifteen files. Beside them are ``stores`` and ``terminal``, which commands share. What is more
than a page of a command is in `playback` (playing files with a virtual clock) or `processes` (what runs for long).
"""
