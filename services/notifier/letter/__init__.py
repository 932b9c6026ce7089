"""What a letter says and how it looks: ``render(letter)`` gives its subject, text and HTML.

A pure library: the same letter gives the same bytes, whoever asks and whenever. What is said lives in ``content.py``
and ``sums.py``, the words of each language in ``words/``, the looks in ``templates/``.
"""

from services.notifier.letter.render import Rendered, render

__all__ = ["Rendered", "render"]
