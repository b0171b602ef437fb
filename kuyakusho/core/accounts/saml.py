"""Signing in with the city's SAML directory, by python3-saml: signed assertions for us, each taken once, each an
answer to a question that this browser asked.

The answer comes as a POST from the directory's own page, to which a browser gives no session cookie. So the
question's id is a token of ours (nobody else can make one), and what was answered goes on, sealed, to an ordinary
page of ours, where the session says whether this browser asked.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from kuyakusho.core import tokens
from kuyakusho.core.errors import Invalid, Refused
from kuyakusho.core.tokens import sealing
from kuyakusho.core.wards.addresses import ward_address
from kuyakusho.core.wards.models import Ward

from .models import IdentityProvider
from .oidc.flow import ANSWERED_WITHIN, Identity, refusal

log = logging.getLogger("kuyakusho.accounts.saml")
QUESTION, ANSWER, ASSERTION = "saml-question", "saml-answer", "saml-assertion"
CARRIED = timedelta(minutes=2)
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
_CONFIRMATION = ".//{urn:oasis:names:tc:SAML:2.0:assertion}SubjectConfirmationData"


def begin(provider: IdentityProvider, ward: Ward, *, now: datetime) -> tuple[str, str]:
    """Where to send the browser, and the question's id to remember in its session."""
    question = "_" + tokens.make(QUESTION, _about(provider, ward), lifetime=ANSWERED_WITHIN, now=now)

    class Question(OneLogin_Saml2_Authn_Request):  # type: ignore[misc]
        def _generate_request_id(self) -> str:
            return question

    auth = _auth(provider, ward)
    auth.authn_request_class = Question
    return auth.login(return_to=""), question


def receive(provider: IdentityProvider, ward: Ward, posted: str, *, now: datetime) -> str:
    """Checks the directory's answer and uses it up; returns it sealed for the browser to carry on.

    Raises Refused for anything that is not a fresh signed answer to a question of ours.
    """
    auth = _auth(provider, ward, posted)
    try:
        auth.process_response()
    except (OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError, etree.Error, ValueError) as fault:
        raise refusal(f"saml {type(fault).__name__}") from fault
    if auth.get_errors() or not auth.is_authenticated():
        raise refusal(f"saml {','.join(auth.get_errors())} {auth.get_last_error_reason() or ''}"[:200])
    question = _question_in_assertion(auth)
    try:
        claim = tokens.read(QUESTION, question.removeprefix("_"), now=now)
    except Invalid as fault:
        raise refusal("saml answer to no question of ours") from fault
    if claim.subject != _about(provider, ward):
        raise refusal("saml answer to a question for another directory")
    until = datetime.fromtimestamp(auth.get_last_assertion_not_on_or_after() or now.timestamp() + 3600, UTC)
    name = f"{provider.issuer}\0{auth.get_last_assertion_id()}"
    if not tokens.spend_name(ASSERTION, name, until=max(until, now) + timedelta(hours=1)):
        raise refusal("saml answer a second time")
    identity = _identity(provider, auth)
    carried = {
        "question": question,
        "provider": provider.key,
        "subject": identity.subject,
        "email": identity.email,
        "name": identity.name,
        "until": (now + CARRIED).timestamp(),
    }
    return sealing.seal(ANSWER, json.dumps(carried))


def finish(provider: IdentityProvider, question: str, sealed: str, *, now: datetime) -> Identity:
    """Who it is, when this browser is the one that asked. Raises Refused."""
    try:
        carried: dict[str, Any] = json.loads(sealing.unseal(ANSWER, sealed))
    except sealing.Sealed as fault:
        raise refusal("saml answer was changed on the way") from fault
    if not question or carried["question"] != question or carried["provider"] != provider.key:
        raise refusal("saml answer to another browser")
    if carried["until"] < now.timestamp():
        raise refusal("saml answer too late")
    return Identity(carried["subject"], carried["email"], provider.trusts_email, carried["name"])


def metadata(provider: IdentityProvider, ward: Ward) -> bytes:
    """What the directory's administrators load on their side. Raises Refused when it would not be valid."""
    sp = OneLogin_Saml2_Settings(_settings(provider, ward), sp_validation_only=True)
    document = sp.get_sp_metadata()
    if sp.validate_metadata(document):
        raise Refused("saml_metadata", "SAML metadata", "")
    return document if isinstance(document, bytes) else str(document).encode()


def answer_address(provider: IdentityProvider, ward: Ward) -> str:
    """Where the directory posts its answers."""
    return ward_address(ward, "accounts:saml-answer", provider.key, absolute=True)


def entity_id(provider: IdentityProvider, ward: Ward) -> str:
    """Our name at the directory: the address of our metadata."""
    return ward_address(ward, "accounts:saml-metadata", provider.key, absolute=True)


def _about(provider: IdentityProvider, ward: Ward) -> str:
    return f"{provider.key}:{ward.slug}"


def _auth(provider: IdentityProvider, ward: Ward, posted: str = "") -> OneLogin_Saml2_Auth:
    address = urlsplit(answer_address(provider, ward))
    request = {
        "https": "on" if address.scheme == "https" else "off",
        "http_host": address.netloc,
        "script_name": address.path,
        "get_data": {},
        "post_data": {"SAMLResponse": posted} if posted else {},
    }
    return OneLogin_Saml2_Auth(request, old_settings=_settings(provider, ward))


def _settings(provider: IdentityProvider, ward: Ward) -> dict[str, Any]:
    return {
        "strict": True,
        "debug": False,
        "sp": {
            "entityId": entity_id(provider, ward),
            "assertionConsumerService": {"url": answer_address(provider, ward), "binding": _POST},
            "NameIDFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        },
        "idp": {
            "entityId": provider.issuer,
            "singleSignOnService": {"url": provider.saml_sign_in_address, "binding": _REDIRECT},
            "x509certMulti": {"signing": provider.saml_certificates},
        },
        "security": {
            "wantAssertionsSigned": True,
            "wantMessagesSigned": False,
            "wantNameId": True,
            "wantAttributeStatement": False,
            "requestedAuthnContext": False,
            "rejectDeprecatedAlgorithm": True,
            "rejectUnsolicitedResponsesWithInResponseTo": False,
            "allowSingleLabelDomains": not settings.PUBLIC_ADDRESS.startswith("https://"),
        },
    }


def _question_in_assertion(auth: OneLogin_Saml2_Auth) -> str:
    """The id inside the signed part. What the envelope says is not signed and is only compared with it."""
    document = etree.fromstring(auth.get_last_response_xml().encode())
    said = {data.get("InResponseTo") or "" for data in document.iterfind(_CONFIRMATION)}
    if len(said) != 1 or auth.get_last_response_in_response_to() not in said:
        raise refusal("saml answer without a question")
    return said.pop()


def _identity(provider: IdentityProvider, auth: OneLogin_Saml2_Auth) -> Identity:
    def attribute(name: str) -> str:
        values = auth.get_attribute(provider.claims.get(name, name)) or [""]
        return str(values[0]).strip()

    subject = str(auth.get_nameid() or "")
    if not 0 < len(subject) <= 255:
        raise refusal("saml name id")
    email = attribute("email").lower() or (subject.lower() if "@" in subject else "")
    return Identity(subject, email, provider.trusts_email, attribute("name")[:120])
