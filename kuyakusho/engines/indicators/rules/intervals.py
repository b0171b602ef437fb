"""How sure a share is."""

from __future__ import annotations

from decimal import Decimal
from math import sqrt

# The two-sided 95 % point of the normal distribution.
Z95 = 1.959963984540054


def wilson(hits: int, base: int, *, z: float = Z95, scale: int = 100) -> tuple[Decimal, Decimal]:
    """The score interval of a share, low and high, in the unit of `scale` (100 for percent), four decimals.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927), 209-212. Unlike value ± z·√(p(1−p)/n) it stays inside 0 and 1 and holds
    for few cases and for shares near the ends.

    It supposes cases drawn at random. A count of everybody needs no interval; an exit poll is not helped by one.
    Raises ValueError when there are no cases, or more hits than cases.
    """
    if base <= 0:
        raise ValueError("a share of no cases is not a number")
    if not 0 <= hits <= base:
        raise ValueError("hits lie between 0 and the base")
    share = hits / base
    spread = z * z / base
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(share * (1 - share) / base + spread / (4 * base))
    # At the ends the interval touches them exactly; floating point would leave it a hair away.
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == base else min(1.0, centre + half)
    return _rounded(low * scale), _rounded(high * scale)


def _rounded(number: float) -> Decimal:
    return Decimal(repr(number)).quantize(Decimal("0.0001"))
