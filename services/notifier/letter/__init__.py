"""What a letter says and how it looks: ``render(letter)`` gives its subject, text and HTML.

A pure library: the same letter gives the same bytes, on every machine and at any time. ``content.py`` and ``sums.py``
make the sentences and figures, ``words/`` holds the phrases of each language, ``templates/`` the layout.
"""

from services.notifier.letter.render import Rendered, render

__all__ = ["Rendered", "render"]
