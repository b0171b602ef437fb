"""Changes to indicators. One function is one use case: one transaction with its audit line.

    define    an indicator and its targets as a pack gives them
    measure, measure_all    ask the live sources
    type_in   a figure by hand: who, why, from where, of which day
    load      figures from a file, after a preview
    receive   a figure that another system sends, with a key

An observation is only ever added; nothing here overwrites one.
"""

from .defining import Spec, define
from .loading import load
from .measuring import MeasuringFailed, measure, measure_all
from .receiving import receive
from .typing_in import Entry, type_in

__all__ = [
    "Entry",
    "MeasuringFailed",
    "Spec",
    "define",
    "load",
    "measure",
    "measure_all",
    "receive",
    "type_in",
]
