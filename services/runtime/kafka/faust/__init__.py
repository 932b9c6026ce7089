"""The Faust shell of a worker: it joins the group and fetches records; it produces nothing."""
