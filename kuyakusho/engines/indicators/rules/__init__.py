"""Pure decisions about indicators: no model, no clock.

periods    fiscal years and the stretch of days that a value speaks of
standing   which observations count, as of a past day, and what they add up to
results    met, missed, undecidable or not measured; freshness; progress
rollup     a parent's progress from its children
intervals  how sure a share is
drafting   what is doubtful about an indicator before a year begins
"""

from .drafting import Doubt, doubts
from .intervals import wilson
from .periods import Period, fiscal_year_of, year_period
from .results import MET, MISSED, NOT_MEASURED, UNDECIDABLE, Goal, Judged, judge, judged_year, progress
from .rollup import RolledUp, roll_up
from .standing import Figure, Seen, cumulative_figure, first_year_of_sum, known_at, yearly_figure

__all__ = [
    "MET",
    "MISSED",
    "NOT_MEASURED",
    "UNDECIDABLE",
    "Doubt",
    "Figure",
    "Goal",
    "Judged",
    "Period",
    "RolledUp",
    "Seen",
    "cumulative_figure",
    "doubts",
    "first_year_of_sum",
    "fiscal_year_of",
    "judge",
    "judged_year",
    "known_at",
    "progress",
    "roll_up",
    "wilson",
    "year_period",
    "yearly_figure",
]
