"""What the outside tells an installation: environment variables, typed and checked once at start.

Everything that differs between a laptop, a ward's server and a city's cluster is here and nowhere else.
`docs/operate/settings.md` lists the same names in the same order; a test compares the two.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from kuyakusho.core.outbox.mail_address import settings_of

ROOT = Path(__file__).resolve().parents[2]
Mode = Literal["demo", "production", "test"]
DEMO_SECRET = "demo-secret-for-a-laptop-only-never-for-a-real-ward-office"
DATABASES = ("sqlite", "postgres", "postgresql", "psql", "pgsql")


class Environment(BaseSettings):
    """One attribute per variable; the name of the variable is the alias."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", populate_by_name=True)

    mode: Mode = Field("demo", alias="KUYAKUSHO_MODE")
    secret_key: str = Field("", alias="SECRET_KEY")
    old_secret_keys: str = Field("", alias="OLD_SECRET_KEYS")
    debug: bool = Field(False, alias="DEBUG")
    demo_sign_in: bool | None = Field(None, alias="KUYAKUSHO_DEMO_SIGN_IN")
    hosts: str = Field("", alias="KUYAKUSHO_HOSTS")
    public_address: str = Field("", alias="KUYAKUSHO_PUBLIC_ADDRESS")
    database_url: str = Field("", alias="DATABASE_URL")
    redis_url: str = Field("", alias="REDIS_URL")
    email_url: str = Field("", alias="EMAIL_URL")
    email_from: str = Field("kuyakusho@ward.example.jp", alias="EMAIL_FROM")
    var: Path = Field(ROOT / "var", alias="KUYAKUSHO_VAR")
    packs: Path = Field(ROOT / "packs", alias="KUYAKUSHO_PACKS")
    storage: Path | None = Field(None, alias="KUYAKUSHO_STORAGE")
    backups: Path | None = Field(None, alias="KUYAKUSHO_BACKUPS")
    audit_heads: Path | None = Field(None, alias="KUYAKUSHO_AUDIT_HEADS")
    virus_scanner: str = Field("", alias="KUYAKUSHO_VIRUS_SCANNER")
    trusted_proxies: str = Field("", alias="KUYAKUSHO_TRUSTED_PROXIES")
    front_secret: str = Field("", alias="KUYAKUSHO_FRONT_SECRET")
    live_socket: str = Field("", alias="KUYAKUSHO_LIVE_SOCKET")
    log_format: Literal["json", "console"] = Field("json", alias="KUYAKUSHO_LOG_FORMAT")
    metrics_token: str = Field("", alias="KUYAKUSHO_METRICS_TOKEN")

    @property
    def demo(self) -> bool:
        """Whether demo sign-ins are on: by default in demo mode and nowhere else."""
        return self.mode == "demo" if self.demo_sign_in is None else self.demo_sign_in


def read() -> Environment:
    """The environment of this process. Ends the process, saying what to set, when it can't be used."""
    if found := problems():
        sys.exit("Kuyakusho does not start:\n" + "\n".join(f"  - {fault}" for fault in found))
    return Environment()  # type: ignore[call-arg]  # the values come from outside


def problems() -> list[str]:
    """Everything that keeps this process from starting, each with what to set."""
    try:
        environment = Environment()  # type: ignore[call-arg]
    except ValidationError as error:
        return [f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors()]
    return faults(environment)


def faults(environment: Environment) -> list[str]:
    """Everything that keeps an installation from starting, each with what to set; most of it in production only."""
    found = _unreadable(environment)
    if environment.mode != "production":
        return found
    if not environment.secret_key:
        found.append("SECRET_KEY is not set: set it to at least 50 random characters")
    elif is_weak(environment.secret_key):
        found.append("SECRET_KEY is weak: set it to at least 50 random characters and keep it secret")
    if any(is_weak(key) for key in environment.old_secret_keys.split(",") if key):
        found.append("OLD_SECRET_KEYS holds a weak key: what it signed can be forged; remove it")
    if environment.debug:
        found.append("DEBUG is on: remove it; a ward office never runs with DEBUG")
    if environment.demo:
        found.append("KUYAKUSHO_DEMO_SIGN_IN is on: remove it; anybody could sign in as anybody")
    if not environment.hosts:
        found.append(
            "KUYAKUSHO_HOSTS is not set: name the host names that residents use, with commas between"
        )
    if "*" in environment.hosts:
        found.append("KUYAKUSHO_HOSTS holds '*': name the host names that residents use")
    if not environment.public_address.startswith("https://"):
        found.append("KUYAKUSHO_PUBLIC_ADDRESS must be the https:// address that residents type")
    if not environment.email_url:
        found.append("EMAIL_URL is not set: for example smtp+tls://user:password@mail.example.jp:587")
    for name, secret in (
        ("KUYAKUSHO_FRONT_SECRET", environment.front_secret),
        ("KUYAKUSHO_METRICS_TOKEN", environment.metrics_token),
    ):
        if secret and (len(secret) < 24 or len(set(secret)) < 10):
            found.append(f"{name} is weak: set it to at least 24 random characters, or leave it out")
    return found


def is_weak(secret: str) -> bool:
    """Whether a secret key is too short, too uniform, or one that is published."""
    return len(secret) < 50 or len(set(secret)) < 12 or secret == DEMO_SECRET or "insecure" in secret


def _unreadable(environment: Environment) -> list[str]:
    found = []
    if environment.database_url and urlsplit(environment.database_url).scheme not in DATABASES:
        found.append(
            "DATABASE_URL must begin with sqlite:/// or postgresql://, for example postgresql://kuyakusho@/kuyakusho"
        )
    if environment.redis_url and urlsplit(environment.redis_url).scheme not in ("redis", "rediss", "unix"):
        found.append("REDIS_URL must begin with redis://, rediss:// or unix://")
    try:
        settings_of(environment.email_url, "")
    except ValueError as error:
        found.append(str(error))
    if environment.virus_scanner and urlsplit(environment.virus_scanner).scheme not in ("unix", "tcp"):
        found.append("KUYAKUSHO_VIRUS_SCANNER must be unix:///run/clamav/clamd.ctl or tcp://host:3310")
    return found
