"""XML from outside, element by element: bounded memory and time, no entity and no address ever resolved."""
