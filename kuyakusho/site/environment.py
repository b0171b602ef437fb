"""What the outside tells an installation: environment variables, typed and checked once at start.

Everything that differs between a laptop, a ward's server and a city's cluster is here and nowhere else.
`docs/operate/settings.md` lists the same names in the same order.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
Mode = Literal["demo", "production", "test"]
DEMO_SECRET = "demo-secret-for-a-laptop-only-never-for-a-real-ward-office"


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
    trusted_proxies: str = Field("", alias="KUYAKUSHO_TRUSTED_PROXIES")
    front_secret: str = Field("", alias="KUYAKUSHO_FRONT_SECRET")
    live_socket: str = Field("", alias="KUYAKUSHO_LIVE_SOCKET")
    log_format: Literal["json", "console"] = Field("json", alias="KUYAKUSHO_LOG_FORMAT")
    metrics_token: str = Field("", alias="KUYAKUSHO_METRICS_TOKEN")

    @property
    def demo(self) -> bool:
        """Whether demo sign-ins are on: by default in demo mode and nowhere else."""
        return self.mode == "demo" if self.demo_sign_in is None else self.demo_sign_in


def faults(environment: Environment) -> list[str]:
    """Everything that keeps a production installation from starting, each with what to set."""
    if environment.mode != "production":
        return []
    found = []
    secret = environment.secret_key
    if not secret:
        found.append("SECRET_KEY is not set: set it to at least 50 random characters")
    elif len(secret) < 50 or len(set(secret)) < 12 or secret == DEMO_SECRET or "insecure" in secret:
        found.append("SECRET_KEY is weak: set it to at least 50 random characters and keep it secret")
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
    return found
