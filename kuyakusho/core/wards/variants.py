"""The languages a page comes in. Each is part of the address, so that a page is a function of its address."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Variant:
    """One way to read a page.

    `segment` stands in the address, `language` is the catalogue that is activated, `html_lang` the BCP 47 tag,
    `own_name` what its readers call it.
    """

    segment: str
    language: str
    html_lang: str
    own_name: str
    furigana: bool = False
    easy: bool = False


VARIANTS: dict[str, Variant] = {
    v.segment: v
    for v in (
        Variant("ja", "ja", "ja", "日本語"),
        Variant("ja-easy", "ja-easy", "ja", "やさしい日本語", furigana=True, easy=True),
        Variant("ja-kana", "ja", "ja", "ふりがな", furigana=True),
        Variant("en", "en", "en", "English"),
        Variant("zh-hans", "zh-hans", "zh-Hans", "简体中文"),
        Variant("zh-hant", "zh-hant", "zh-Hant", "繁體中文"),
        Variant("ko", "ko", "ko", "한국어"),
        Variant("vi", "vi", "vi", "Tiếng Việt"),
        Variant("ne", "ne", "ne", "नेपाली"),
        Variant("pt", "pt", "pt", "Português"),
    )
}
DEFAULT = VARIANTS["ja"]
