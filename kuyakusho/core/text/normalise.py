"""Forgiving input: one plain form of what people type in many. Names are never touched, only their search keys.

Nobody is refused for a character's width, a hyphen's shape or a space. Each function takes what was typed and gives
the plain form, or None when it can't be what is asked for.
"""

from __future__ import annotations

import re
import unicodedata

# Every mark that people use between groups of digits, the long vowel mark of kana and the box line included.
HYPHENS = "‐‑‒–—―⁃−－﹣﹘ーｰ─━-˗֊ｰ"
_HYPHEN = re.compile(f"[{re.escape(HYPHENS)}]")
_SPACE = re.compile(r"[\s\u3000\u200b\ufeff]+")
_SELECTORS = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_JOINERS = re.compile(r"[\s\u3000・･·.．,，、゛゜'’\-]+")

# Forms of characters in names that one and the same person may be written with. Not in NFKC; for finding only.
_SAME = {
    "髙": "高", "﨑": "崎", "嵜": "崎", "濵": "浜", "濱": "浜", "邉": "辺", "邊": "辺", "澤": "沢", "齋": "斉", "齊": "斉",
    "斎": "斉", "廣": "広", "國": "国", "櫻": "桜", "眞": "真", "嶋": "島", "嶌": "島", "冨": "富", "德": "徳", "桒": "桑",
    "𠮷": "吉", "舘": "館", "龍": "竜", "瀨": "瀬", "惠": "恵", "榮": "栄", "壽": "寿", "淵": "渕", "關": "関", "瀧": "滝",
    "曾": "曽", "檜": "桧", "條": "条", "學": "学", "藏": "蔵", "實": "実", "豐": "豊", "萬": "万", "緖": "緒", "橫": "横",
    "圓": "円", "鷗": "鴎", "彌": "弥", "亞": "亜", "靜": "静", "穗": "穂", "顯": "顕",
}  # fmt: skip
_FOLD = str.maketrans(
    {k: v for k, v in _SAME.items() if k != v} | {"ヶ": "が", "ヵ": "か", "ゖ": "が", "ゕ": "か"}
)


def plain(text: str) -> str:
    """Full-width letters and digits as half width, half-width kana as full, spaces as one space, ends trimmed."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def digits(text: str) -> str:
    """The digits alone, whatever stands between them."""
    return "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())


def postal_code(text: str) -> str | None:
    """`220-0051`, from 〒２２０ー００５１, 2200051, 220 0051."""
    bare = _bare(text.replace("〒", "").replace("〠", ""))
    return f"{bare[:3]}-{bare[3:]}" if re.fullmatch(r"\d{7}", bare) else None


def phone(text: str) -> str | None:
    """Ten or eleven digits that begin with 0, from 045（000）0000, ＋81-45-000-0000, 090 0000 0000."""
    bare = _bare(text)
    if bare.startswith("+81"):
        bare = "0" + bare[3:].removeprefix("0")
    return bare if re.fullmatch(r"0[1-9]\d{8,9}", bare) else None


def email(text: str) -> str | None:
    """An address of e-mail in half width, its host in lower case; None when there is no `name@host.tld`."""
    found = _SPACE.sub("", unicodedata.normalize("NFKC", text))
    name, at, host = found.rpartition("@")
    if not (at and name and re.fullmatch(r"[^@]+\.[^@.]{2,}", host)):
        return None
    return f"{name}@{host.lower()}"


def search_key(name: str) -> str:
    """What a name is found by: no width, no spaces, hiragana for kana, one form of each character of names.

    The name itself is stored exactly as it was typed, variation selectors included; only this key is folded.
    """
    folded = _SELECTORS.sub("", unicodedata.normalize("NFKC", _SELECTORS.sub("", name)))
    # What stood apart may come together once joiners are gone (y, joiner, macron): folded again.
    folded = unicodedata.normalize("NFKC", _JOINERS.sub("", folded.casefold())).casefold()
    kana = "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヴ" else c for c in folded)
    return kana.translate(_FOLD)


def _bare(text: str) -> str:
    """Digits and a leading plus, everything that people put between groups taken away."""
    found = _HYPHEN.sub("", unicodedata.normalize("NFKC", text))
    return re.sub(r"[\s().・/]", "", found)
