"""`kuyakusho serve`: the front door, the pages and the worker as one thing that starts, lives and stops together.

Nothing here imports Django: the parent stays small and is up at once. docs/mechanisms/live.md has the picture.
"""
