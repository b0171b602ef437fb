"""Days, times, years, money and numbers as the reader of the page writes them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.translation import get_language

from kuyakusho.core.calendar.clock import JAPAN
from kuyakusho.core.text import eras

# Our variants as the Unicode consortium's locale data knows them. Plain Japanese keeps to western years.
_LOCALES = {"zh-hans": "zh_Hans", "zh-hant": "zh_Hant"}


def _language(language: str | None) -> str:
    return language or get_language() or "ja"


def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES.get(language, language.split("-")[0]))


def _local(value: datetime) -> datetime:
    """The moment as the clocks in Japan show it."""
    return timezone.localtime(value, JAPAN) if timezone.is_aware(value) else value


def _day(value: date) -> date:
    """A moment becomes the day that it is in Japan."""
    return _local(value).date() if isinstance(value, datetime) else value


def day(value: date | None, language: str | None = None) -> str:
    """令和5年4月1日(土), 2023年4月1日(土曜日) in plain Japanese, Sat 1 Apr 2023 and so on elsewhere."""
    if value is None:
        return ""
    value = _day(value)
    language = _language(language)
    if language == "ja":
        return eras.day_in_era(value)
    if language == "ja-easy":
        return f"{value.year}年{value.month}月{value.day}日({eras.WEEKDAYS[value.weekday()]}曜日)"
    if language == "en":
        return f"{value:%A} {value.day} {value:%B} {value.year}"
    return str(format_date(value, format="full", locale=_locale(language)))


def short_day(value: date | None, language: str | None = None) -> str:
    """4月1日(土): where the year is plain from the page."""
    if value is None:
        return ""
    value = _day(value)
    language = _language(language)
    if language.startswith("ja"):
        end = "曜日" if language == "ja-easy" else ""
        return f"{value.month}月{value.day}日({eras.WEEKDAYS[value.weekday()]}{end})"
    if language == "en":
        return f"{value:%a} {value.day} {value:%b}"
    return str(format_date(value, format="MMMEd", locale=_locale(language)))


def clock_time(value: datetime | None) -> str:
    """14:05 in Japan; the same in every language, since every counter and train shows it so."""
    if value is None:
        return ""
    return f"{_local(value):%H:%M}"


def moment(value: datetime | None, language: str | None = None) -> str:
    """Day and time."""
    return f"{day(value, language)} {clock_time(value)}" if value else ""


def fiscal_year(western: int | None, language: str | None = None) -> str:
    """令和4年度, 2022年度 in plain Japanese, fiscal 2022 elsewhere."""
    if western is None:
        return ""
    language = _language(language)
    if language == "ja":
        return eras.fiscal_year_in_era(western)
    if language in ("ja-easy", "zh-hans", "zh-hant"):
        return f"{western}年度"
    return {"en": f"fiscal {western}", "ko": f"{western}년도"}.get(
        language, f"{western}/{(western + 1) % 100:02d}"
    )


def number(value: float | Decimal | None, decimals: int | None = None, language: str | None = None) -> str:
    """1,526 or 12.5, with the reader's own marks. `decimals` fixes how many are shown; None value is empty."""
    if value is None:
        return ""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "" if decimals == 0 else ".######")
    return str(format_decimal(value, format=pattern, locale=_locale(_language(language))))


def yen(value: int | None, language: str | None = None) -> str:
    """1,526万円 and 12億3,400万円 where nothing is lost by it, else 12,345円; ¥15,260,000 outside Japanese."""
    if value is None:
        return ""
    language = _language(language)
    if not language.startswith("ja"):
        return f"¥{number(value, 0, language)}"
    sign, rest = ("-", -value) if value < 0 else ("", value)
    if language == "ja-easy" or rest % 10_000 or rest == 0:
        return f"{sign}{rest:,}円"
    hundred_millions, ten_thousands = divmod(rest // 10_000, 10_000)
    text = f"{hundred_millions:,}億" if hundred_millions else ""
    return f"{sign}{text}{f'{ten_thousands:,}万' if ten_thousands else ''}円"
