"""Pages of the desk: plans, imports, trees, editions, initiatives, years."""
