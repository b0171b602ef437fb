"""Tags of the skeletons (`ui/base.html` and what extends it): `{% load ui_page %}`. Rooms need `ui` only."""

from __future__ import annotations

from django import template
from django.http import HttpRequest
from django.template import Context, Node, NodeList
from django.template.base import Parser, Token
from django.urls import NoReverseMatch
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kuyakusho.core.ui import furigana, navigation
from kuyakusho.core.ui.opening import Hours, opening_lines
from kuyakusho.core.ui.said import page_lang
from kuyakusho.core.ui.theme import DEFAULT_COLOURS, theme_of
from kuyakusho.core.wards.addresses import ward_address
from kuyakusho.core.wards.variants import DEFAULT, VARIANTS, Variant

from .ui import page_address

register = template.Library()


class FuriganaPageNode(Node):
    """`{% furiganapage %}…{% endfuriganapage %}`: what stands inside, with readings in the variants that have them."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        page = self.nodelist.render(context)
        request = context.get("request")
        if request is None or not getattr(request, "variant", DEFAULT).furigana:
            return page
        return mark_safe(furigana.annotate_page(page, request.ward))


@register.tag
def furiganapage(parser: Parser, token: Token) -> FuriganaPageNode:
    nodelist = parser.parse(("endfuriganapage",))
    parser.delete_first_token()
    return FuriganaPageNode(nodelist)


@register.simple_tag(takes_context=True)
def variants(context: Context) -> list[Variant]:
    """The variants that this page comes in: the ward's languages, in the order of core.wards.variants."""
    request = context.get("request")
    return _variants(request) if request is not None else []


def _variants(request: HttpRequest) -> list[Variant]:
    ward = getattr(request, "ward", None)
    if ward is None:
        return [v for v in VARIANTS.values() if v.segment in getattr(request, "variant_addresses", {})]
    wanted = set(ward.languages) | {DEFAULT.segment}
    return [v for v in VARIANTS.values() if v.segment in wanted or v.segment == "ja-kana"]


@register.simple_tag(takes_context=True)
def menu(context: Context, place: str) -> list[navigation.Line]:
    """The entries of the menu `public`, `desk` or `footer`."""
    request = context.get("request")
    return navigation.lines(request, place) if request is not None else []


@register.simple_tag(takes_context=True)
def theme_address(context: Context) -> str:
    """The ward's style sheet, with the digest of its colours; "" outside a ward or when it has no theme of its own."""
    request = context.get("request")
    ward = getattr(request, "ward", None)
    if ward is None or not ward.colours:
        return ""
    try:
        # One address for all variants: it is the same sheet.
        return f"{ward_address(ward, 'ui:theme')}?v={theme_of(ward.colours).digest}"
    except (NoReverseMatch, KeyError):
        return ""


@register.simple_tag(takes_context=True)
def theme_colours(context: Context) -> SafeString:
    """The colour of the browser's own frame, by day and by night."""
    ward = getattr(context.get("request"), "ward", None)
    try:
        theme = theme_of(ward.colours if ward else DEFAULT_COLOURS)
    except KeyError:
        theme = theme_of(DEFAULT_COLOURS)
    return format_html(
        '<meta name="theme-color" media="(prefers-color-scheme: light)" content="{}">'
        '<meta name="theme-color" media="(prefers-color-scheme: dark)" content="{}">',
        theme.light.sign,
        theme.dark.sign,
    )


@register.simple_tag(takes_context=True)
def alternate_links(context: Context) -> SafeString:
    """Where this page is in its other languages, for search engines and browsers."""
    request = context.get("request")
    if request is None:
        return SafeString("")
    found = _variants(request)
    if len(found) < 2:
        return SafeString("")
    here = page_address(request, request.variant.segment, True)
    links = format_html('<link rel="canonical" href="{}"><meta property="og:url" content="{}">', here, here)
    links += format_html_join(
        "",
        '<link rel="alternate" hreflang="{}" href="{}">',
        ((_hreflang(v), page_address(request, v.segment, True)) for v in found),
    )
    return links + format_html(
        '<link rel="alternate" hreflang="x-default" href="{}">', page_address(request, DEFAULT.segment, True)
    )


def _hreflang(variant: Variant) -> str:
    """Plain Japanese and Japanese with readings have no tag of their own: private use (BCP 47)."""
    return {"ja-easy": "ja-x-easy", "ja-kana": "ja-x-kana"}.get(variant.segment, variant.html_lang)


@register.simple_block_tag(takes_context=True)
def titled(context: Context, content: str) -> SafeString:
    """The title with the name of the house behind it, for the browser and for whoever shares the page."""
    house = _house(context.get("request"))
    title = " ".join(content.split())
    # The pages below use it as their first heading; at the bottom of the context, so that it outlives this tag.
    context.dicts[0]["page_title"] = mark_safe(title)
    if getattr(context.get("form"), "errors", None):
        title = _("入力の誤り：%(title)s") % {"title": title}
    whole = f"{title} | {house}" if title and title != house else house
    return format_html(
        '<title>{}</title><meta property="og:title" content="{}"><meta property="og:site_name" content="{}">',
        mark_safe(whole),  # escaped already: it is what the block rendered
        mark_safe(title or house),
        mark_safe(house),
    )


def _house(request: HttpRequest | None) -> str:
    ward = getattr(request, "ward", None)
    if request is None or ward is None:
        return "区役所 Kuyakusho" if page_lang() == "ja" else "Kuyakusho"
    if page_lang() == "ja":
        return str(format_html("{}{}役所", ward.city, ward.name))
    return str(format_html("{} Office, {}", ward.name_en, ward.city_en))


@register.simple_block_tag
def described(content: str) -> SafeString:
    """The sentence under the title in lists of search results; nothing where a page gives none."""
    text = " ".join(content.split())
    if not text:
        return SafeString("")
    return format_html(
        '<meta name="description" content="{0}"><meta property="og:description" content="{0}">',
        mark_safe(text),
    )


@register.simple_tag(takes_context=True)
def opening_hours(context: Context) -> list[Hours]:
    """The ward's weekly hours, neighbouring days together."""
    return opening_lines(context["request"].ward.opening)
