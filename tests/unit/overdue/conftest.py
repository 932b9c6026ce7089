"""How property tests explore: new examples on every run, everywhere; a failure prints how to run it again.

Under CI Hypothesis would otherwise repeat the same examples for ever. A test asks for it by ``explore``.
"""

from hypothesis import settings

settings.register_profile("lives", max_examples=40, deadline=None, derandomize=False, print_blob=True)
