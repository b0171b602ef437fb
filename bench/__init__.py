"""Benchmarks: the product as shipped beside its limit or peer, alternated within each repetition, as ratios.

Each module has `BENCHMARKS = {name: function}`; a function returns a list of results (see `result`). Correctness
checks are part of a benchmark and fail it; a timing never does.
"""
