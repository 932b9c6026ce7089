"""The doors by which events come in: what each may bring, and what came by a wrong one."""
