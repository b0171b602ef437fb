"""Tags and filters of every template: `{% load ui %}`."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from kuyakusho.core.text.readings import annotate
from kuyakusho.core.ui import formats, furigana, plots, qr, said
from kuyakusho.core.ui.icons import ICONS, SHAPES
from kuyakusho.core.wards.addresses import prefix
from kuyakusho.core.wards.models import Ward
from kuyakusho.core.wards.variants import DEFAULT

register = template.Library()


# Days, years, money, numbers


@register.filter
def era(value: date | None) -> str:
    """令和5年4月1日(土); in other languages the day as their readers write it."""
    return formats.day(value)


@register.filter
def era_moment(value: datetime | None) -> str:
    """令和5年4月1日(土) 14:05, in Japan's time."""
    return formats.moment(value)


@register.filter
def short_day(value: date | None) -> str:
    """4月1日(土)."""
    return formats.short_day(value)


@register.filter
def clock(value: datetime | None) -> str:
    """14:05, in Japan's time."""
    return formats.clock_time(value)


@register.filter
def fiscal_year(value: int | None) -> str:
    """令和4年度 for 2022."""
    return formats.fiscal_year(value)


@register.filter
def yen(value: int | None) -> str:
    """1,526万円 for 15260000."""
    return formats.yen(value)


@register.filter
def number(value: float | Decimal | None, decimals: int | None = None) -> str:
    """1,526; `|number:1` shows one decimal."""
    return formats.number(value, decimals)


@register.filter
def bracketed(text: Any) -> str:
    """（PDF） in Japanese and Chinese, (PDF) with a space before it elsewhere."""
    wide = (get_language() or "ja").startswith(("ja", "zh"))
    return f"（{text}）" if wide else f" ({text})"


# Readings


@register.filter(needs_autoescape=True)
def with_readings(text: str, ward: Ward | None = None, autoescape: bool = True) -> SafeString:
    """The text with readings over it, whatever the variant of the page: for ready-made pieces."""
    return furigana.ruby(annotate(str(text), ward))


@register.simple_tag(takes_context=True, name="furigana")
def furigana_tag(context: Context, text: str) -> str | SafeString:
    """`{% furigana text %}`: readings where the page is a variant with furigana, else the text as it is.

    Pages that extend `ui/base.html` need it nowhere: the whole page is annotated there.
    """
    request = context.get("request")
    if request is None or not getattr(request, "variant", DEFAULT).furigana:
        return str(text)
    return furigana.ruby(annotate(str(text), request.ward))


# Addresses


@register.simple_tag(takes_context=True)
def page_address_in(context: Context, segment: str, absolute: bool = False) -> str:
    """This page in another variant (`en`, `ja-kana`, …), with its query."""
    return page_address(context["request"], segment, absolute)


def page_address(request: HttpRequest, segment: str, absolute: bool = False) -> str:
    """As the tag; for views."""
    ward = getattr(request, "ward", None)
    if ward is not None:
        address = prefix(ward, segment) + request.path_info.lstrip("/")
    else:
        alternates = getattr(request, "variant_addresses", {})
        address = alternates.get(segment, request.path)
    query = request.META.get("QUERY_STRING", "")
    address = f"{address}?{query}" if query else address
    return f"{settings.PUBLIC_ADDRESS}{address}" if absolute else address


@register.simple_tag
def address_or_nothing(name: str, *args: Any, **kwargs: Any) -> str:
    """The address called `name`, or "" where this installation has none."""
    try:
        return reverse(name, args=args or None, kwargs=kwargs or None)
    except NoReverseMatch:
        return ""


@register.simple_tag
def script(name: str) -> SafeString:
    """`{% script "htmx" %}`: a bundle of web/entries or web/rooms besides app.js."""
    return format_html('<script type="module" src="{}"></script>', static(f"ui/{name}.js"))


@register.simple_tag
def stylesheet(name: str) -> SafeString:
    """`{% stylesheet "rooms/policy" %}`: a sheet of web/rooms besides app.css."""
    return format_html('<link rel="stylesheet" href="{}">', static(f"ui/{name}.css"))


# Drawings


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A pictogram beside a word; hidden from screen readers."""
    return format_html(
        '<svg class="k-icon{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>',
        f" {extra}" if extra else "",
        ICONS[name],
    )


@register.simple_tag
def shape(name: str) -> SafeString:
    """The shape of a state."""
    return format_html(
        '<svg class="k-state__shape" viewBox="0 0 16 16" aria-hidden="true" focusable="false">'
        '<path fill-rule="evenodd" d="{}"/></svg>',
        SHAPES[name],
    )


@register.simple_tag
def qr_svg(text: str, label: str = "") -> SafeString:
    """A QR code as SVG; `label` is what it says to those who can't see it."""
    path, side = qr.qr_path(text)
    named = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="k-qr" viewBox="0 0 {0} {0}" {1} focusable="false">'
        '<path fill="#fff" d="M0 0h{0}v{0}H0z"/><path fill="#000" d="{2}" shape-rendering="crispEdges"/></svg>',
        side,
        named,
        path,
    )


@register.inclusion_tag("ui/plot.html")
def plot(
    title: str, points: Sequence[plots.Point], unit: str = "", kind: str = "line", summary: str = ""
) -> dict[str, Any]:
    """A plot with targets and the same figures as a table. `summary` says in words what one sees."""
    return {
        "title": title,
        "points": points,
        "unit": unit,
        "kind": kind,
        "summary": summary,
        "drawing": plots.draw(points, kind=kind),
        "has_targets": any(p.target is not None or p.low is not None for p in points),
    }


@register.simple_tag
def spark(values: Sequence[float | None], target: float | None = None, label: str = "") -> SafeString:
    """A line the height of a word. `label` says it in words; without one it is decoration beside the number."""
    drawing = plots.spark(values, target)
    lines = format_html_join("", '<path class="k-plot__target" d="{}"/>', ((d,) for d in drawing.targets))
    lines += format_html_join("", '<path class="k-plot__line" d="{}"/>', ((d,) for d in drawing.lines))
    lines += format_html_join(
        "",
        '<circle class="k-plot__point" data-last cx="{}" cy="{}" r="3"/>',
        ((s.x, s.y) for s in drawing.spots),
    )
    named = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="k-spark" viewBox="0 0 {} {}" {}>{}</svg>', drawing.width, drawing.height, named, lines
    )


# Components


@register.simple_block_tag(takes_context=True)
def part(context: Context, content: str, name: str, **values: Any) -> SafeString:
    """`{% part "fold" title=… %}…{% endpart %}`: a component around what stands inside (its `content`)."""
    return get_template(f"ui/{name}.html").template.render(  # type: ignore[attr-defined]
        context.new({**_base(context), **values, "content": content})
    )


def _base(context: Context) -> dict[str, Any]:
    return {key: context[key] for key in ("request", "csrf_token") if key in context}


@register.simple_tag
def idempotency_key() -> SafeString:
    """A hidden field: the same form sent twice is one deed. Only on pages that no cache keeps."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', secrets.token_hex(16))


@register.simple_block_tag
def capture_block(content: str) -> str:
    """`{% capture_block as name %}…{% endcapture_block %}`: what stands inside, as a variable."""
    return content


@register.simple_tag
def slug(text: Any) -> str:
    """An id made of a text, the same in every process."""
    return f"id-{zlib.crc32(str(text).encode()):08x}"


@register.filter
def unlocal(value: Any) -> str:
    """A number as SVG and HTML attributes want it, whatever the language of the page."""
    return str(value)


@register.simple_tag
def column_label(columns: Sequence[Any], index: int) -> Any:
    """The heading of a cell's column."""
    return columns[index] if index < len(columns) else ""


@register.simple_tag(name="said")
def said_tag(thing: Any, name: str) -> str | SafeString:
    """`{% said service "title" %}`: `title`, `title_en` or `title_easy`, marked where it isn't the page's language."""
    found = said.said(thing, name)
    if found.lang == said.page_lang() or not found.text:
        return found.text
    return format_html('<span lang="{}">{}</span>', found.lang, found.text)


@register.filter(name="said")
def said_filter(thing: Any, name: str) -> str:
    """As the tag, without mark: for attributes and titles."""
    return said.said(thing, name).text


@register.simple_tag
def page_window(page: Any) -> list[int | None]:
    """The page numbers to show around a Django `Page`: 1 … 4 5 6 … 12; None is the gap."""
    return [
        None if n == "…" else int(n)
        for n in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
