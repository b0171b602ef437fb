"""What other rooms may use of this engine.

register_source(name, func, unit, description)   at start-up: func(ward, period) → Measured
define, type_in, load_figures, measure, measure_all    changes
load, load_one, progress_of, series                    reads, a constant number of statements
roll_up, wilson, judge                                 the pure rules
"""

from .interchange import COLUMNS, Restored, exported, restore
from .models import Indicator, Observation, Target
from .office import share
from .presenting import Shown, points, shown
from .queries import (
    Loaded,
    SeriesPoint,
    corrected,
    current_year,
    history,
    lineage_of,
    load,
    load_one,
    progress_of,
    series,
)
from .reading import Row, read_file
from .registry import FILE, TYPED, Measured, Source, forget_source, register_source, source_of, sources
from .rules import (
    MET,
    MISSED,
    NOT_MEASURED,
    UNDECIDABLE,
    Doubt,
    Goal,
    Judged,
    Period,
    RolledUp,
    fiscal_year_of,
    judge,
    progress,
    roll_up,
    wilson,
    year_period,
)
from .services import Entry, MeasuringFailed, Spec, define, measure, measure_all, type_in
from .services import load as load_figures
from .wording import doubt_sentence, reason_sentence, result_kind, result_label, result_mark

__all__ = [
    "COLUMNS",
    "FILE",
    "MET",
    "MISSED",
    "NOT_MEASURED",
    "TYPED",
    "UNDECIDABLE",
    "Doubt",
    "Entry",
    "Goal",
    "Indicator",
    "Judged",
    "Loaded",
    "Measured",
    "MeasuringFailed",
    "Observation",
    "Period",
    "Restored",
    "RolledUp",
    "Row",
    "SeriesPoint",
    "Shown",
    "Source",
    "Spec",
    "Target",
    "corrected",
    "current_year",
    "define",
    "doubt_sentence",
    "exported",
    "fiscal_year_of",
    "forget_source",
    "history",
    "judge",
    "lineage_of",
    "load",
    "load_figures",
    "load_one",
    "measure",
    "measure_all",
    "points",
    "progress",
    "progress_of",
    "read_file",
    "reason_sentence",
    "register_source",
    "restore",
    "result_kind",
    "result_label",
    "result_mark",
    "roll_up",
    "series",
    "share",
    "shown",
    "source_of",
    "sources",
    "type_in",
    "wilson",
    "year_period",
]
