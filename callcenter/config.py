"""Settings, read once from the environment (XIXIN_...). A missing or odd one is named plainly."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlparse

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
TWILIO = "https://api.twilio.com"


class BadSettings(Exception):
    """A setting is missing or cannot be used; the message names it and says what to do."""


class Settings(BaseSettings):
    """Everything that differs between one installation and another."""

    model_config = SettingsConfigDict(env_prefix="XIXIN_", extra="ignore")

    database_url: str = f"sqlite:///{ROOT}/var/xixin.db"
    database_seconds: float = Field(default=10.0, gt=0)  # how long one waits for others in it
    policy_folder: Path = ROOT / "policy"
    public_url: str = "http://127.0.0.1:8000"  # how the carrier reaches our webhooks
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    session_secret: str = Field(min_length=16)  # signs console sessions
    secure_cookies: bool = False  # True behind TLS

    carrier_url: str = "http://127.0.0.1:8010"  # Twilio, or anything that speaks its REST API
    account_sid: str = Field(min_length=10)
    auth_token: str = Field(min_length=16)
    hotline_number: str = Field(pattern=r"^\+\d{8,15}$")  # E.164, what elders ring and see
    duty_number: str = ""  # E.164; rung by the fallback process when nothing else works
    duty_phones_file: Path | None = None  # more such phones, one a line; kept by the engine
    fallback_url: str = "http://127.0.0.1:8020"  # how the carrier reaches the fallback process
    fallback_port: int = Field(default=8020, ge=1, le=65535)
    hotline_mode: Literal["gather", "relay"] = "gather"  # relay: text over a socket, interruptible
    calls_per_second: int = Field(default=1, ge=1, le=10_000)  # shared by all engines
    calls_per_day: int = Field(default=0, ge=0)  # check-in calls of all engines; 0: no cap
    dials_at_once: int = Field(default=8, ge=1, le=64)  # requests to the carrier side by side
    allow_china_over_twilio: bool = False

    rasa_url: str = "http://127.0.0.1:5005"
    rasa_token: str = ""  # empty: no assistant; danger words, keys and check-ins still work
    rasa_seconds: float = 2.5  # time budget of one turn

    actions_port: int = Field(default=5055, ge=1, le=65535)
    telegram_token: str = ""
    telegram_url: str = "https://api.telegram.org"
    clock_file: Path | None = None  # set in a demonstration only
    heartbeat_url: str = ""  # pinged by the auditor when nobody is forgotten

    @field_validator("public_url", "fallback_url", "carrier_url", "rasa_url", "telegram_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        """Addresses are joined with paths that begin with a slash."""
        return url.rstrip("/")

    @property
    def local_carrier(self) -> bool:
        """True when calls stay on this machine (the local exchange)."""
        return urlparse(self.carrier_url).hostname in ("127.0.0.1", "localhost", "::1")

    @property
    def is_twilio(self) -> bool:
        """True when calls would go through Twilio's own network."""
        return (urlparse(self.carrier_url).hostname or "").endswith("twilio.com")


def read_settings() -> Settings:
    """The settings of this process. Raises BadSettings naming every one that is wrong."""
    try:
        return Settings()
    except ValidationError as wrong:
        names = [f"XIXIN_{str(one['loc'][0]).upper()}: {one['msg']}" for one in wrong.errors()]
        raise BadSettings(
            "these settings are missing or cannot be used:\n  "
            + "\n  ".join(names)
            + "\nSet them in the environment, or start with `make run`, which makes its own."
        ) from None
