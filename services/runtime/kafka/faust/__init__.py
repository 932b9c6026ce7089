"""Faust as the shell of a worker: it joins the group and fetches records; it commits and produces nothing."""
