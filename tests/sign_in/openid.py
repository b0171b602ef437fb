"""Going to the OpenID provider of the tests and back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx
from django.test import Client
from joserfc import jwk

from kuyakusho.core.accounts.models import SignIn

BEGIN, BACK, PEOPLE = "/nishi/sign-in/with/city/", "/nishi/sign-in/with/city/back/", "/nishi/desk/people/"
REDIRECT = f"http://localhost:8000{BACK}"
KEY = jwk.generate_key("EC", "P-256", {"kid": "ours"})


def go(browser: Client, begin: str = BEGIN) -> str:
    """To the directory and back: the path, with the query, that the browser is sent to."""
    away = browser.get(begin)
    assert away.status_code == 302, away.content.decode()
    answer = httpx.get(away["Location"], follow_redirects=False)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def come_in(browser: Client, begin: str = BEGIN) -> Any:
    return browser.get(go(browser, begin))


def refused(answer: Any) -> bool:
    return answer.status_code == 403 and SignIn.objects.count() == 0
