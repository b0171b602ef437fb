"""A SAML directory for tests: real certificates, assertions signed with xmlsec, and able to lie."""

from __future__ import annotations

import base64
import secrets
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

ISSUER = "https://directory.city.example.jp/saml"
SIGN_IN = "https://directory.city.example.jp/saml/sign-in"


def _pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "directory")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


@dataclass
class SamlDirectory:
    """`answer` gives what its page would post. Every argument has a right default; a test sets one wrong."""

    key: str = field(default_factory=str)
    certificate: str = field(default_factory=str)

    def __post_init__(self) -> None:
        self.key, self.certificate = _pair()

    @staticmethod
    def question(address: str) -> dict[str, str]:
        """Id, address for the answer and audience, as the directory reads them from our redirect."""
        packed = base64.b64decode(parse_qs(urlsplit(address).query)["SAMLRequest"][0])
        request = etree.fromstring(zlib.decompress(packed, -15))
        issuer = request.findtext("{urn:oasis:names:tc:SAML:2.0:assertion}Issuer")
        return {"id": request.get("ID"), "acs": request.get("AssertionConsumerServiceURL"), "issuer": issuer}

    def answer(
        self,
        question: dict[str, str],
        *,
        subject: str = "s-17",
        email: str = "",
        issuer: str = ISSUER,
        audience: str | None = None,
        recipient: str | None = None,
        destination: str | None = None,
        in_response_to: str | None = None,
        inner_in_response_to: str | None = None,
        begins: timedelta = timedelta(minutes=-1),
        ends: timedelta = timedelta(minutes=5),
        sign: Any = True,
        sha1: bool = False,
        after_signing: Any = None,
        status: str = "Success",
    ) -> str:
        now = datetime.now(UTC)

        def at(moment: datetime) -> str:
            return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

        def attribute(name: str, given: str | None) -> str:
            return f' {name}="{given}"' if given else ""

        outer = question["id"] if in_response_to is None else in_response_to
        inner = outer if inner_in_response_to is None else inner_in_response_to
        assertion = f"""<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{secrets.token_hex(16)}" Version="2.0" IssueInstant="{at(now)}">
<saml:Issuer>{issuer}</saml:Issuer>
<saml:Subject><saml:NameID>{subject}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="{at(now + ends)}" Recipient="{recipient or question["acs"]}"{attribute("InResponseTo", inner)}/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{at(now + begins)}" NotOnOrAfter="{at(now + ends)}"><saml:AudienceRestriction><saml:Audience>{audience or question["issuer"]}</saml:Audience></saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="{at(now)}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement><saml:Attribute Name="email"><saml:AttributeValue>{email}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>
</saml:Assertion>"""
        if sign:
            key, certificate = (self.key, self.certificate) if sign is True else sign
            algorithms = {}
            if sha1:
                algorithms = {
                    "sign_algorithm": "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
                    "digest_algorithm": "http://www.w3.org/2000/09/xmldsig#sha1",
                }
            signed = OneLogin_Saml2_Utils.add_sign(assertion, key, certificate, **algorithms)
            assertion = signed.decode() if isinstance(signed, bytes) else signed
        if after_signing:
            assertion = after_signing(assertion)
        response = f"""<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{secrets.token_hex(16)}" Version="2.0" IssueInstant="{at(now)}" Destination="{destination or question["acs"]}"{attribute("InResponseTo", outer)}>
<saml:Issuer>{issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}"/></samlp:Status>
{assertion}</samlp:Response>"""
        return base64.b64encode(response.encode()).decode()
