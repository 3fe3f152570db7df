"""A request, what happened to it, its evidence and its deadlines."""
