"""Answers of the front door itself: what it refuses, and what it says while the pages are away.

One page in Japanese and English without any outside file, and problem details (RFC 9457) for programs. Each says
what happened and what to do next.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import NamedTuple


class Words(NamedTuple):
    """What a status means, and the next step, in both languages."""

    ja: str
    next_ja: str
    en: str
    next_en: str


REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    411: "Length Required",
    413: "Content Too Large",
    414: "URI Too Long",
    417: "Expectation Failed",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
    505: "HTTP Version Not Supported",
}

_UNREADABLE = Words(
    "送られた内容を読み取れませんでした",
    "前のページに戻って、もう一度お試しください。",
    "The request could not be read",
    "Go back and try once more.",
)
_LATER = Words(
    "ただいま準備中です",
    "少し待ってから、もう一度開いてください。お急ぎのときは、区役所の窓口か電話をご利用ください。",
    "The ward office's pages will be back shortly",
    "Please wait a moment and open the page again. If it is urgent, visit or call the ward office.",
)
WORDS = {
    408: Words(
        "時間内に届きませんでした",
        "電波の良い場所で、もう一度お試しください。",
        "The request took too long to arrive",
        "Try again where the connection is better.",
    ),
    413: Words(
        "ファイルが大きすぎます",
        "ファイルを小さくするか、分けてお送りください。",
        "The file is too large",
        "Make the file smaller, or send it in parts.",
    ),
    414: Words(
        "アドレスが長すぎます",
        "はじめのページから開き直してください。",
        "The address is too long",
        "Start again from the first page.",
    ),
    429: Words(
        "同じ場所からの接続が多すぎます",
        "少し待ってから、もう一度お試しください。",
        "Too many connections from one place",
        "Wait a moment, then try again.",
    ),
    431: Words(
        "ブラウザーが送った情報が大きすぎます",
        "このサイトのCookieを消してから、もう一度お試しください。",
        "The browser sent too much at once",
        "Delete this site's cookies and try again.",
    ),
    502: Words(
        "途中で応答が切れました",
        "送信の途中だったときは、受け付けられたかどうかを確かめてから、もう一度お送りください。",
        "The answer broke off",
        "If you were sending something, check whether it was received before you send it again.",
    ),
    503: _LATER,
    504: Words(
        "応答に時間がかかっています",
        "送信の途中だったときは、受け付けられたかどうかを確かめてから、もう一度お送りください。",
        "The answer is taking too long",
        "If you were sending something, check whether it was received before you send it again.",
    ),
}
RETRY = {408: 1, 429: 30, 502: 5, 503: 10, 504: 10}

_STYLE = """
:root{color-scheme:light dark;--ink:#1a1a1a;--soft:#4d4d4d;--paper:#f8f8fb;--card:#fff;--line:#d8d8db;--link:#0017c1}
@media(prefers-color-scheme:dark){
:root{--ink:#f2f2f2;--soft:#b8b8bd;--paper:#16171a;--card:#212226;--line:#43444a;--link:#9db7f9}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px 16px;background:var(--paper);
color:var(--ink);font:1rem/1.75 "Noto Sans JP","Hiragino Sans","Yu Gothic Medium",Meiryo,sans-serif}
main{width:100%;max-width:36rem;background:var(--card);border:1px solid var(--line);border-radius:12px;
padding:clamp(24px,6vw,48px)}
h1{margin:0 0 8px;font-size:clamp(1.5rem,5vw,2rem);line-height:1.4}
p{margin:0 0 24px}
section[lang=en]{border-top:1px solid var(--line);padding-top:24px;color:var(--soft)}
h2{margin:0 0 8px;font-size:1.125rem;line-height:1.5}
a{display:inline-block;padding:10px 24px;min-height:48px;border:2px solid var(--link);border-radius:8px;
color:var(--link);font-weight:700;text-decoration:none}
a:hover{text-decoration:underline}
a:focus-visible{outline:4px solid #000;outline-offset:2px;box-shadow:0 0 0 2px #ffd43d}
small{display:block;margin-top:24px;color:var(--soft);overflow-wrap:anywhere}
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; frame-ancestors 'none'"


def _page(status: int, words: Words, reference: str) -> bytes:
    again = '<p><a href="">もう一度開く<span lang="en"> / Try again</span></a></p>' if status >= 429 else ""
    number = f"<small>{status}{' ・ ' + reference if reference else ''}</small>"
    return (
        f'<!doctype html>\n<html lang="ja"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{words.ja}</title><style>{_STYLE}</style></head>'
        f"<body><main><h1>{words.ja}</h1><p>{words.next_ja}</p>{again}"
        f'<section lang="en"><h2>{words.en}</h2><p>{words.next_en}</p></section>{number}</main></body></html>\n'
    ).encode()


def _problem(status: int, words: Words, code: str, reference: str) -> bytes:
    body = {
        "type": f"urn:kuyakusho:error:{code}",
        "title": words.ja,
        "status": status,
        "detail": f"{words.next_ja} / {words.en}. {words.next_en}",
    }
    if reference:
        body["instance"] = f"urn:kuyakusho:request:{reference}"
    return json.dumps(body, ensure_ascii=False).encode()


def refusal(
    status: int,
    code: str,
    *,
    date: bytes,
    as_problem: bool = False,
    reference: str = "",
    close: bool = True,
    head_only: bool = False,
) -> bytes:
    """A whole response. `code` is the stable word for the cause; `reference` the request's id, for support."""
    words = WORDS.get(status, _UNREADABLE)
    if as_problem:
        body, kind = _problem(status, words, code, reference), "application/problem+json"
    else:
        body, kind = _page(status, words, reference), "text/html; charset=utf-8"
    lines = [
        f"HTTP/1.1 {status} {REASONS[status]}",
        f"content-type: {kind}",
        f"content-length: {len(body)}",
        "cache-control: no-store",
        f"content-security-policy: {_POLICY}",
        "x-content-type-options: nosniff",
        "referrer-policy: same-origin",
        f"x-kuyakusho-refusal: {code}",
        f"date: {date.decode()}",
    ]
    if status in RETRY:
        lines.append(f"retry-after: {RETRY[status]}")
    if close:
        lines.append("connection: close")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode()
    return head if head_only else head + body


def wants_problem(path: bytes, fields: dict[bytes, bytes]) -> bool:
    """Whether the asker reads problem details: the API, streams, or who prefers JSON to HTML."""
    if path.startswith(b"/api/") or path.endswith(b"/stream"):
        return True
    accept = fields.get(b"accept", b"")
    return b"json" in accept and b"text/html" not in accept
