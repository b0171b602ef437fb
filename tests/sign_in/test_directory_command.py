"""`kuyakusho directory`: setting up the directories that vouch for people."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from kuyakusho.core.accounts.models import IdentityProvider
from kuyakusho.core.accounts.tests import making
from kuyakusho.core.wards.models import Ward
from kuyakusho.site.commands.directory import command

from .provider import Provider
from .saml_directory import SamlDirectory

OIDC = [
    "add", "city", "--kind", "oidc", "--for", "staff", "--name", "市の認証", "--issuer", "https://id.example.jp",
    "--client-id", "kuyakusho", "--secret-variable", "CITY_KEY", "--claim", "email=mail", "--trusts-email",
]  # fmt: skip


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(command, list(words), catch_exceptions=False)
    return done.exit_code, done.output


def test_an_openid_directory_is_added_changed_and_listed(ward: Ward) -> None:
    assert run(*OIDC)[0] == 0
    assert run(*OIDC, "--ward", "nishi")[0] == 0
    provider = IdentityProvider.objects.get()
    assert (provider.ward, provider.claims, provider.trusts_email) == (ward, {"email": "mail"}, True)
    listed = run("list")[1]
    assert "redirect address: http://localhost:8000/nishi/sign-in/with/city/back/" in listed
    assert making.audit_actions() == ["accounts.directory.set_up"] * 2


def test_a_saml_directory_shows_its_metadata_address(ward: Ward, tmp_path: Path) -> None:
    (tmp_path / "city.pem").write_text(SamlDirectory().certificate)
    code, _ = run(
        "add", "saml-city", "--kind", "saml", "--for", "staff", "--name", "市", "--issuer", "https://x/saml",
        "--sign-in-address", "https://x.example.jp/saml/sign-in", "--certificate", str(tmp_path / "city.pem"),
    )  # fmt: skip
    assert code == 0
    assert "metadata: http://localhost:8000/nishi/sign-in/with/saml-city/metadata/" in run("list")[1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([*OIDC[:10], "--client-id", "x"], "needs --client-id and --secret-variable"),
        ([*OIDC, "--ward", "nowhere"], "there is no ward nowhere"),
        ([*OIDC, "--claim", "shoe=size"], "write email=… or name=…"),
        (["add", "a b", *OIDC[2:]], "slug"),
        (["test", "nothing"], "there is no directory nothing"),
        (["switch", "nothing", "on"], "there is no directory nothing"),
    ],
)
def test_what_is_wrong_is_said(ward: Ward, words: list[str], sentence: str) -> None:
    code, output = run(*words)
    assert code == 1
    assert sentence in output or "スラッグ" in output or "半角" in output
    assert IdentityProvider.objects.count() == 0


def test_a_directory_is_asked_and_switched_off(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    run(*OIDC)
    provider = Provider()
    try:
        IdentityProvider.objects.update(issuer=provider.issuer)
        assert "CITY_KEY is empty" in run("test", "city")[1]
        monkeypatch.setenv("CITY_KEY", "x")
        assert "1 key(s), sign-out yes" in run("test", "city")[1]
    finally:
        provider.stop()
    assert run("switch", "city", "off")[0] == 0
    assert not IdentityProvider.objects.get().enabled
