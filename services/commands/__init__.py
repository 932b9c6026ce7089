"""The commands of `erapaiva`, one module each: ``register(parser)`` says what it takes, ``run(arguments)`` does it."""
