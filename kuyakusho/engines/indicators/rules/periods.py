"""Fiscal years and the stretch of days that a value speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from kuyakusho.core.text.eras import fiscal_year_of

__all__ = ["Period", "fiscal_year_of", "year_period"]


@dataclass(frozen=True, order=True)
class Period:
    """Days from `from_on` up to, and without, `until_on`."""

    from_on: date
    until_on: date

    def __post_init__(self) -> None:
        if self.until_on <= self.from_on:
            raise ValueError("a period ends after it begins")

    @property
    def days(self) -> int:
        """How many days it has; at least one."""
        return (self.until_on - self.from_on).days

    @property
    def last_on(self) -> date:
        """The last day inside it."""
        return self.until_on - timedelta(days=1)

    @property
    def fiscal_year(self) -> int:
        """The fiscal year that its last day lies in.

        So the police's figures of a calendar year, January to December 2022, belong to fiscal 2022.
        """
        return fiscal_year_of(self.last_on)

    def overlaps(self, other: Period) -> bool:
        """Whether a day lies in both."""
        return self.from_on < other.until_on and other.from_on < self.until_on


def year_period(fiscal_year: int) -> Period:
    """The whole fiscal year."""
    return Period(date(fiscal_year, 4, 1), date(fiscal_year + 1, 4, 1))
