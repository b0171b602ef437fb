"""`kuyakusho directory`: the directories that vouch for staff and residents (OpenID Connect, SAML)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from kuyakusho.site import cli


@click.group("directory")
def command() -> None:
    """Set up sign-in through the city's directory or the national app.

    The secret itself stays in the environment: --secret-variable names the variable that holds it.
    """


@command.command("list")
def list_command() -> None:
    """Show the directories and the addresses to register on their side."""
    cli.setup()
    from kuyakusho.core.accounts.models import IdentityProvider
    from kuyakusho.core.wards.addresses import ward_address
    from kuyakusho.core.wards.models import Ward

    for provider in IdentityProvider.objects.select_related("ward"):
        where = provider.ward.slug if provider.ward else "every ward"
        state = "on" if provider.enabled else "off"
        click.echo(
            f"{provider.key}  {provider.kind}  {provider.audience}  {where}  {state}  {provider.issuer}"
        )
        name = "accounts:directory-back" if provider.kind == "oidc" else "accounts:saml-metadata"
        what = "redirect address" if provider.kind == "oidc" else "metadata"
        for ward in [provider.ward] if provider.ward else Ward.objects.filter(training_of=None):
            click.echo(f"  {what}: {ward_address(ward, name, provider.key, absolute=True)}")


@command.command("add")
@click.argument("key")
@click.option("--kind", type=click.Choice(["oidc", "saml"]), required=True)
@click.option("--for", "audience", type=click.Choice(["staff", "resident"]), required=True)
@click.option("--name", required=True, help="What the button says.")
@click.option("--ward", "ward_slug", help="One ward only; every ward when left out.")
@click.option("--issuer", required=True, help="Issuer (OpenID Connect) or entity id (SAML).")
@click.option("--client-id", default="", help="OpenID Connect: our name at the directory.")
@click.option(
    "--client-auth",
    type=click.Choice(["private_key_jwt", "client_secret_basic", "client_secret_post"]),
    default="private_key_jwt",
    show_default=True,
)
@click.option("--secret-variable", default="", help="Environment variable with the secret or private key.")
@click.option("--scopes", default="openid", show_default=True)
@click.option("--claim", "claims", multiple=True, metavar="OURS=THEIRS", help="For example email=mail.")
@click.option(
    "--trusts-email", is_flag=True, help="The directory owns the addresses: no email_verified needed."
)
@click.option("--sign-in-address", default="", help="SAML: where questions go (HTTP-Redirect).")
@click.option(
    "--certificate",
    "certificates",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="SAML: PEM file of a signing certificate; give the coming one beside the old.",
)
def add_command(
    key: str, claims: tuple[str, ...], certificates: tuple[Path, ...], ward_slug: str | None, **given: Any
) -> None:
    """Add or change the directory KEY (letters, digits, hyphens; it stands in the redirect address)."""
    cli.setup()
    from django.core.exceptions import ValidationError

    from kuyakusho.core.access.actor import Actor
    from kuyakusho.core.accounts.models import IdentityProvider
    from kuyakusho.core.audit.services import record
    from kuyakusho.core.wards.models import Ward

    ward = Ward.objects.filter(slug=ward_slug).first() if ward_slug else None
    if ward_slug and ward is None:
        raise click.ClickException(f"there is no ward {ward_slug}")
    provider = IdentityProvider.objects.filter(key=key).first() or IdentityProvider(key=key)
    sign_in_address = given.pop("sign_in_address")
    for field, value in given.items():
        setattr(provider, field, value)
    provider.ward = ward
    provider.claims = dict(_pair(claim) for claim in claims)
    provider.saml_sign_in_address = sign_in_address
    provider.saml_certificates = [path.read_text("ascii") for path in certificates]
    lacking = {
        "oidc": []
        if provider.client_id and provider.secret_variable
        else ["--client-id", "--secret-variable"],
        "saml": [] if sign_in_address and certificates else ["--sign-in-address", "--certificate"],
    }[provider.kind]
    if lacking:
        raise click.ClickException(f"a directory of kind {provider.kind} needs {' and '.join(lacking)}")
    try:
        provider.full_clean()
    except ValidationError as fault:
        raise click.ClickException(json.dumps(fault.message_dict, ensure_ascii=False)) from fault
    provider.save()
    record(
        ward=ward,
        actor=Actor.system("directory"),
        action="accounts.directory.set_up",
        target=f"accounts.directory:{key}",
        kind=provider.kind,
        audience=provider.audience,
    )
    click.echo(f"{key} is set up; `kuyakusho directory list` shows what to register on its side")


def _pair(claim: str) -> tuple[str, str]:
    ours, found, theirs = claim.partition("=")
    if not found or ours not in ("email", "name") or not theirs:
        raise click.ClickException(f"--claim {claim}: write email=… or name=…")
    return ours, theirs


@command.command("test")
@click.argument("key")
def test_command(key: str) -> None:
    """Ask the directory KEY for its addresses and keys, and look whether our secret is there."""
    cli.setup()
    from kuyakusho.core.accounts.models import IdentityProvider
    from kuyakusho.core.accounts.oidc import discovery

    provider = IdentityProvider.objects.filter(key=key).first()
    if provider is None:
        raise click.ClickException(f"there is no directory {key}")
    if provider.kind == "saml":
        click.echo(
            f"{len(provider.saml_certificates)} certificate(s); SAML directories are tried by signing in"
        )
        return
    if not os.environ.get(provider.secret_variable):
        raise click.ClickException(f"the environment variable {provider.secret_variable} is empty")
    try:
        said = discovery.metadata(provider.issuer)
        keys = discovery.keys(said.jwks_uri)
    except discovery.Unreachable as fault:
        raise click.ClickException(str(fault)) from fault
    click.echo(
        f"{said.issuer} answers: {len(list(keys))} key(s), sign-out {'yes' if said.end_session_endpoint else 'no'}"
    )


@command.command("switch")
@click.argument("key")
@click.argument("state", type=click.Choice(["on", "off"]))
def switch_command(key: str, state: str) -> None:
    """Switch the directory KEY on or off."""
    cli.setup()
    from kuyakusho.core.accounts.models import IdentityProvider

    if not IdentityProvider.objects.filter(key=key).update(enabled=state == "on"):
        raise click.ClickException(f"there is no directory {key}")
    click.echo(f"{key} is {state}")
