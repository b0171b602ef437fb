"""Growing the tree from blocks in reading order."""

from .grower import Grower

__all__ = ["Grower"]
