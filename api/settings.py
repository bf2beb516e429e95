"""The settings: read once from the environment by the entry points and passed down as arguments."""

from pathlib import Path

from platformdirs import user_data_path
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

EMBEDDED = "oxigraph:"


class Settings(BaseSettings):
    """What can be set by `ZUKUNFTSGRAPH_…` variables; every row stands in `docs/reference/settings.md`."""

    model_config = SettingsConfigDict(env_prefix="ZUKUNFTSGRAPH_", frozen=True)

    data_dir: Path | None = None
    """Where the graph lies; without it the platform's folder for user data."""
    district: str = "08118"
    """The district (AGS) whose findings the start page shows until the visitor chooses another."""
    host: str = "127.0.0.1"
    port: int = 8000
    imprint: str = ""
    """The imprint: an address (https://…) or a text file in UTF-8."""
    privacy: str = ""
    """What is said about privacy, in the same way."""
    accessibility: str = ""
    """The accessibility statement, in the same way."""
    root_path: str = ""
    """The path under which a proxy shows the service, such as `/graph`."""
    proxies: str = ""
    """Addresses of the proxies whose word about visitor and scheme counts, separated by commas; without it nobody's."""
    token: SecretStr | None = None
    """A bearer token with the rights of an administrator, for automation."""
    query_seconds: int = 30
    """How long a query of the public may run."""
    query_memory_mb: int = 256
    """How much memory (MiB) one query may take."""
    engine: str = "local"
    """Where the blocks of large comparisons are computed: `local`, `dask`, or `dask:ADDRESS` of a cluster."""

    store: str = ""
    """`sparql:URL`: the database server that holds the graph; `oxigraph:DIR`: the embedded one in that directory."""
    store_update_url: str = ""
    """Where that server takes changes, if not at the same address."""
    store_graph_url: str = ""
    """Where that server gives whole graphs (Graph Store Protocol); saves time."""
    store_auth: SecretStr = SecretStr("")
    """How to log in there: `NAME:PASSWORT`, `digest NAME:PASSWORT` or `bearer TOKEN`."""
    public_store: str = ""
    """The same four for the server of the public edition, a dataset of its own."""
    public_store_update_url: str = ""
    public_store_graph_url: str = ""
    public_store_auth: SecretStr = SecretStr("")

    @property
    def directory(self) -> Path:
        """The data directory in force."""
        embedded = Path(self.store.removeprefix(EMBEDDED)) if self.store.startswith(EMBEDDED) else None
        return self.data_dir or embedded or user_data_path("zukunftsgraph", appauthor=False)

    @property
    def server(self) -> str:
        """The database server of the graph, empty for the embedded one."""
        return "" if self.store.startswith(EMBEDDED) else self.store
