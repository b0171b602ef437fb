"""A small OpenID provider on a port of its own: strict about its clients, and able to misbehave on demand.

It signs with joserfc, insists on PKCE S256, exact redirect addresses and client authentication, and takes each code
once. `twist` makes it lie in one way at a time, so that the tests see the client refuse.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from joserfc import jwk, jwt
from joserfc.jwk import KeySet


@dataclass
class ClientOf:
    """What the provider knows of a client."""

    redirect_uris: list[str]
    auth: str
    secret: str = ""
    public_key: Any = None


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        return


class Refused(Exception):
    """The provider's own refusals: OAuth error codes."""


@dataclass
class Provider:
    """`person` are the claims of whoever signs in; `twist(claims)` changes them, `signer` how they are signed."""

    person: dict[str, Any] = field(default_factory=lambda: {"sub": "person-1"})
    clients: dict[str, ClientOf] = field(default_factory=dict)
    twist: Callable[[dict[str, Any]], None] | None = None
    signer: Callable[[dict[str, Any]], str] | None = None
    says_issuer: bool = True
    issuer_in_discovery: str = ""
    userinfo: dict[str, Any] | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = jwk.generate_key("RSA", 2048, {"kid": "first", "use": "sig", "alg": "RS256"})
        self.codes: dict[str, dict[str, str]] = {}
        self.assertions: set[str] = set()
        self.server: WSGIServer = make_server("localhost", 0, self._answer, handler_class=_Quiet)
        self.issuer = f"http://localhost:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    # ---- what a person's browser does there ----------------------------------------------------------------

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to. Raises Refused for a client or address that is not known."""
        client = self.clients.get(query.get("client_id", ""))
        if client is None or query.get("redirect_uri") not in client.redirect_uris:
            raise Refused("redirect_uri")
        back = query["redirect_uri"]
        if query.get("response_type") != "code" or "openid" not in query.get("scope", "").split():
            return f"{back}?{urlencode({'error': 'invalid_request', 'state': query.get('state', '')})}"
        if query.get("code_challenge_method") != "S256" or len(query.get("code_challenge", "")) != 43:
            return f"{back}?{urlencode({'error': 'invalid_request', 'state': query.get('state', '')})}"
        code = secrets.token_urlsafe(16)
        self.asked.append(query)
        self.codes[code] = query
        answer = {"code": code, "state": query["state"]}
        if self.says_issuer:
            answer["iss"] = self.issuer
        return f"{back}?{urlencode(answer)}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        client_id = self._authenticate(form, authorization)
        asked = self.codes.pop(form.get("code", ""), None)  # gone, whatever comes of it
        if asked is None or asked["client_id"] != client_id:
            raise Refused("invalid_grant: code")
        if form.get("redirect_uri") != asked["redirect_uri"]:
            raise Refused("invalid_grant: redirect_uri")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            raise Refused("invalid_grant: code_verifier")
        now = int(time.time())
        access_token = secrets.token_urlsafe(16)
        claims = {
            "iss": self.issuer,
            "aud": client_id,
            "nonce": asked.get("nonce", ""),
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            **self.person,
        }
        if self.twist:
            self.twist(claims)
        id_token = (self.signer or self.sign)(claims)
        return {"access_token": access_token, "token_type": "Bearer", "id_token": id_token}

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key, algorithms=["RS256"])

    def _authenticate(self, form: dict[str, str], authorization: str) -> str:
        if authorization.startswith("Basic "):
            client_id, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
            client_id, secret, way = unquote(client_id), unquote(secret), "client_secret_basic"
        else:
            client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
            way = "private_key_jwt" if "client_assertion" in form else "client_secret_post"
        client = self.clients.get(client_id)
        if client is None or client.auth != way:
            raise Refused("invalid_client")
        if way == "private_key_jwt":
            self._check_assertion(client_id, client, form)
        elif not secrets.compare_digest(client.secret, secret):
            raise Refused("invalid_client")
        return client_id

    def _check_assertion(self, client_id: str, client: ClientOf, form: dict[str, str]) -> None:
        if form.get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
            raise Refused("invalid_client: type")
        try:
            said = jwt.decode(
                form["client_assertion"],
                KeySet([client.public_key]),
                algorithms=["RS256", "PS256", "ES256", "ES384", "Ed25519"],
            ).claims
        except Exception as fault:
            raise Refused(f"invalid_client: {fault}") from fault
        fits = (
            said["iss"] == said["sub"] == client_id
            and said["aud"] == f"{self.issuer}/token"
            and time.time() < said["exp"] <= time.time() + 300
            and said["jti"] not in self.assertions
        )
        if not fits:
            raise Refused("invalid_client: claims")
        self.assertions.add(said["jti"])

    # ---- HTTP ----------------------------------------------------------------------------------------------

    def _answer(self, environ: dict[str, Any], start: Callable) -> list[bytes]:
        path, query = environ["PATH_INFO"], _flat(environ.get("QUERY_STRING", ""))
        length = int(environ.get("CONTENT_LENGTH") or 0)
        form = _flat(environ["wsgi.input"].read(length).decode()) if length else {}
        try:
            if path == "/authorize":
                start("302 Found", [("Location", self.authorize(query))])
                return [b""]
            body = self._document(path, form, environ.get("HTTP_AUTHORIZATION", ""))
        except Refused as fault:
            self.refused.append(str(fault))
            start("400 Bad Request", [("Content-Type", "application/json")])
            return [json.dumps({"error": str(fault).split(":")[0]}).encode()]
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(body).encode()]

    def _document(self, path: str, form: dict[str, str], authorization: str) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer_in_discovery or self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "end_session_endpoint": f"{self.issuer}/leave",
                "authorization_response_iss_parameter_supported": self.says_issuer,
            }
        if path == "/keys":
            return KeySet([self.key]).as_dict(private=False)
        if path == "/token":
            return self.token(form, authorization)
        if path == "/userinfo" and self.userinfo is not None:
            return self.userinfo
        raise Refused("not found")


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
