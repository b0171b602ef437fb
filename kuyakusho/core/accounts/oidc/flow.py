"""The flow itself: to the directory, and back with a code."""

from __future__ import annotations

import base64
import hmac
import json
import logging
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django.utils.translation import gettext_lazy as _
from joserfc import jwk, jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from kuyakusho.core.accounts.models import IdentityProvider
from kuyakusho.core.errors import Refused

from . import discovery
from .rules import ALGORITHMS, access_token_fits, challenge, fault_in_claims

log = logging.getLogger("kuyakusho.accounts.oidc")
ANSWERED_WITHIN = timedelta(minutes=10)
PROVED_WITHIN_SECONDS = 300


@dataclass(frozen=True)
class Identity:
    """What a directory says of a person. `email` counts only with `email_verified`."""

    subject: str
    email: str = ""
    email_verified: bool = False
    name: str = ""
    id_token: str = ""


def refusal(reason: str) -> Refused:
    """One answer for everything that does not fit; the reason is for the log alone."""
    log.warning("directory sign-in refused", extra={"reason": reason})
    return Refused(
        "directory_refused",
        _("外部の認証を確かめられませんでした。"),
        _("はじめからやり直してください。続くときは、ほかの方法でサインインしてください。"),
    )


def unreachable(fault: discovery.Unreachable) -> Refused:
    """The directory is down: said as it is, so that nobody looks for the fault in what they typed."""
    log.error("directory can't be reached", extra={"reason": str(fault)})
    return Refused(
        "directory_unreachable",
        _("外部の認証サービスとつながりません。"),
        _("少し待ってからもう一度お試しになるか、ほかの方法でサインインしてください。"),
    )


def begin(
    provider: IdentityProvider, redirect_uri: str, *, now: datetime, afresh: bool = False
) -> tuple[str, dict[str, Any]]:
    """Where to send the browser, and what its session remembers until it comes back.

    `afresh` asks the directory to have the person prove again who they are. Raises Refused when the directory
    can't be reached.
    """
    try:
        said = discovery.metadata(provider.issuer)
    except discovery.Unreachable as fault:
        raise unreachable(fault) from fault
    pending: dict[str, Any] = {
        "provider": provider.key,
        "state": secrets.token_urlsafe(24),
        "nonce": secrets.token_urlsafe(24),
        "verifier": secrets.token_urlsafe(48),
        "redirect_uri": redirect_uri,
        "asked": now.timestamp(),
        "afresh": afresh,
    }
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": provider.scopes,
        "state": pending["state"],
        "nonce": pending["nonce"],
        "code_challenge": challenge(pending["verifier"]),
        "code_challenge_method": "S256",
    }
    if afresh:
        query |= {"prompt": "login", "max_age": "0"}
    joint = "&" if "?" in said.authorization_endpoint else "?"
    return said.authorization_endpoint + joint + urlencode(query), pending


def finish(
    provider: IdentityProvider, pending: dict[str, Any] | None, answer: dict[str, str], *, now: datetime
) -> Identity:
    """Checks what came back and asks the directory who it is. `pending` must have been taken out of the session:
    an answer is looked at once. Raises Refused."""
    reason = _fault_in_answer(provider, pending, answer, now)
    if reason or pending is None:
        raise refusal(reason)
    try:
        said = discovery.metadata(provider.issuer)
        if (said.says_issuer or "iss" in answer) and answer.get("iss") != said.issuer:
            raise refusal("answer of another issuer")
        tokens = discovery.fetch(said.token_endpoint, **_token_request(provider, pending, answer, said, now))
        header, claims = _open_id_token(str(tokens.get("id_token", "")), said)
        fault = fault_in_claims(
            claims,
            issuer=said.issuer,
            client_id=provider.client_id,
            nonce=pending["nonce"],
            now=now,
            proved_within=PROVED_WITHIN_SECONDS if pending["afresh"] else None,
        )
        if fault:
            raise refusal(f"claim {fault}")
        access_token = str(tokens.get("access_token", ""))
        if "at_hash" in claims and not access_token_fits(header["alg"], str(claims["at_hash"]), access_token):
            raise refusal("claim at_hash")
        claims = _with_userinfo(provider, said, claims, access_token)
    except discovery.Declined as fault:
        raise refusal(str(fault)) from fault
    except discovery.Unreachable as fault:
        raise unreachable(fault) from fault
    return identity_of(provider, claims, str(tokens["id_token"]))


def sign_out_address(provider: IdentityProvider, id_token: str, back: str) -> str:
    """Where to send the browser so that the directory's own session ends too; empty when it offers none."""
    try:
        said = discovery.metadata(provider.issuer)
    except discovery.Unreachable:
        return ""
    if not said.end_session_endpoint:
        return ""
    query = {"id_token_hint": id_token, "post_logout_redirect_uri": back, "client_id": provider.client_id}
    joint = "&" if "?" in said.end_session_endpoint else "?"
    return said.end_session_endpoint + joint + urlencode(query)


def identity_of(provider: IdentityProvider, claims: dict[str, Any], id_token: str) -> Identity:
    """The claims in our words, as the provider's mapping says."""
    names = {"email": "email", "name": "name", **provider.claims}
    email = claims.get(names["email"])
    return Identity(
        subject=claims["sub"],
        email=email.strip().lower() if isinstance(email, str) else "",
        email_verified=provider.trusts_email or claims.get("email_verified") is True,
        name=str(claims.get(names["name"]) or "")[:120],
        id_token=id_token,
    )


def _fault_in_answer(
    provider: IdentityProvider, pending: dict[str, Any] | None, answer: dict[str, str], now: datetime
) -> str:
    if pending is None:
        return "nobody asked from this browser"
    if pending["provider"] != provider.key:
        return "answer to a question for another directory"
    if not hmac.compare_digest(pending["state"].encode(), answer.get("state", "").encode()):
        return "state"
    if now.timestamp() - pending["asked"] > ANSWERED_WITHIN.total_seconds():
        return "too late"
    if "error" in answer:
        return f"error {answer['error'][:40]}"
    if not answer.get("code"):
        return "no code"
    return ""


def _token_request(
    provider: IdentityProvider,
    pending: dict[str, Any],
    answer: dict[str, str],
    said: discovery.Metadata,
    now: datetime,
) -> dict[str, dict[str, str]]:
    data = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": pending["redirect_uri"],
        "code_verifier": pending["verifier"],
        "client_id": provider.client_id,
    }
    secret = os.environ.get(provider.secret_variable, "") if provider.secret_variable else ""
    if not secret:
        raise refusal("the secret's environment variable is empty")
    if provider.client_auth == "client_secret_post":
        return {"data": {**data, "client_secret": secret}}
    if provider.client_auth == "client_secret_basic":
        pair = f"{quote(provider.client_id, safe='')}:{quote(secret, safe='')}"
        return {
            "data": data,
            "headers": {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()},
        }
    assertion = client_assertion(provider.client_id, secret, said.token_endpoint, now)
    return {
        "data": {
            **data,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
        }
    }


def client_assertion(client_id: str, private_key: str, audience: str, now: datetime) -> str:
    """private_key_jwt (RFC 7523): for this one request, for two minutes. The key is PEM or JWK; RSA, EC or OKP."""
    text = private_key.replace("\\n", "\n").strip()
    key = jwk.import_key(json.loads(text)) if text.startswith("{") else _key_from_pem(text)
    algorithm = {"RSA": "PS256", "EC": {"P-384": "ES384", "P-521": "ES512"}, "OKP": "Ed25519"}[key.key_type]
    if isinstance(algorithm, dict):
        algorithm = algorithm.get(str(key.as_dict().get("crv")), "ES256")
    algorithm = str(key.as_dict().get("alg") or algorithm)
    second = int(now.timestamp())
    return jwt.encode(
        {"alg": algorithm, "kid": key.kid or key.thumbprint()},
        {
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "jti": secrets.token_urlsafe(24),
            "iat": second,
            "exp": second + 120,
        },
        key,
        algorithms=[algorithm],
    )


def _key_from_pem(text: str) -> Any:
    for kind in ("RSA", "EC", "OKP"):
        try:
            return jwk.import_key(text, kind)
        except (ValueError, TypeError, JoseError):
            continue
    raise refusal("the private key can't be read")


def _open_id_token(id_token: str, said: discovery.Metadata) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, once the signature is right under one of the issuer's keys."""
    for newer in (False, True):
        try:
            token = jwt.decode(id_token, discovery.keys(said.jwks_uri, newer=newer), algorithms=ALGORITHMS)
            return dict(token.header), dict(token.claims)
        except InvalidKeyIdError as fault:
            if newer:
                raise refusal("key") from fault
        except (JoseError, ValueError, TypeError, KeyError) as fault:
            raise refusal(f"signature {type(fault).__name__}") from fault
    raise refusal("key")


def _with_userinfo(
    provider: IdentityProvider, said: discovery.Metadata, claims: dict[str, Any], access_token: str
) -> dict[str, Any]:
    """Claims that are wanted but not in the token, from the directory's userinfo address."""
    wanted = [name for name in provider.claims.values() if name not in claims]
    if not wanted or not said.userinfo_endpoint or not access_token:
        return claims
    more = discovery.fetch(said.userinfo_endpoint, headers={"Authorization": f"Bearer {access_token}"})
    if more.get("sub") != claims["sub"]:
        raise refusal("userinfo of somebody else")
    return {**more, **claims}
