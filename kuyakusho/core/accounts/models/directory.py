"""Directories outside the office that vouch for people: the city's for staff, the national app for residents."""

from __future__ import annotations

from django.db import models

from kuyakusho.core.wards.models import Ward

from .people import Account


class IdentityProvider(models.Model):
    """A directory. Of one ward, or of every ward of the installation when `ward` is empty.

    The secret itself is never in the database: `secret_variable` names the environment variable that holds the
    client secret, or the private key (PEM or JWK) for private_key_jwt.
    """

    KINDS = [("oidc", "OpenID Connect"), ("saml", "SAML 2.0")]
    AUDIENCES = [("staff", "staff"), ("resident", "resident")]
    CLIENT_AUTHS = [(a, a) for a in ("private_key_jwt", "client_secret_basic", "client_secret_post")]

    key = models.SlugField(max_length=40, unique=True, help_text="stands in the redirect address")
    ward = models.ForeignKey(Ward, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=4, choices=KINDS)
    audience = models.CharField(max_length=8, choices=AUDIENCES)
    name = models.CharField(max_length=60, help_text="what the button says")
    name_en = models.CharField(max_length=60, blank=True)
    enabled = models.BooleanField(default=True)
    issuer = models.CharField(max_length=300, help_text="issuer (OpenID Connect) or entity id (SAML)")
    client_id = models.CharField(max_length=300, blank=True)
    client_auth = models.CharField(max_length=20, choices=CLIENT_AUTHS, default="private_key_jwt")
    secret_variable = models.CharField(max_length=80, blank=True)
    scopes = models.CharField(max_length=200, default="openid")
    claims = models.JSONField(
        default=dict, blank=True, help_text='e.g. {"email": "mail", "name": "displayName"}'
    )
    trusts_email = models.BooleanField(
        default=False, help_text="the directory owns the addresses, so they count as verified without a claim"
    )
    saml_sign_in_address = models.URLField(max_length=300, blank=True)
    saml_certificates = models.JSONField(
        default=list, blank=True, help_text="PEM, the coming one beside the old"
    )

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class IdentityLink(models.Model):
    """A subject of a directory is this account. Found by subject ever after, whatever the e-mail becomes."""

    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="links")
    subject = models.CharField(max_length=255)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="identity_links")
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "subject"], name="identity_subject_once")]
