"""The settings: read once from the environment by the entry points and passed down as arguments."""

from pathlib import Path

from platformdirs import user_data_path
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What can be set by `ZUKUNFTSGRAPH_…` variables; every row stands in `docs/reference/settings.md`."""

    model_config = SettingsConfigDict(env_prefix="ZUKUNFTSGRAPH_", frozen=True)

    data_dir: Path | None = None
    """Where the graph lies; without it the platform's folder for user data."""
    district: str = "08118"
    """The district (AGS) whose findings the start page shows until the visitor chooses another."""
    host: str = "127.0.0.1"
    port: int = 8000

    @property
    def directory(self) -> Path:
        """The data directory in force."""
        return self.data_dir or user_data_path("zukunftsgraph", appauthor=False)
