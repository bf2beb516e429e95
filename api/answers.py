"""An answer of an address in the form that is asked for: JSON, a table as CSV or Excel, a network for others."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.responses import Response

from api.excel import Table
from api.service import COMPUTING
from api.tables import as_csv
from graph.network import FORMS, Network, written
from queries import Row


def answered(
    answer: Any,
    rows: Callable[[], Sequence[Row]],
    form: str,
    name: str,
    network: Callable[[], Network] | None = None,
) -> Any:
    """The answer itself for `json`, else a file called `name` with its rows or its network, computed in turn."""
    if form == "json":
        return answer
    with COMPUTING.taken():
        if form == "csv":
            return _file(as_csv(rows()).encode(), "text/csv; charset=utf-8", f"{name}.csv")
        if form == "xlsx":
            return Table(rows(), name)
        assert network is not None, "the signature of the address offers no networks then"
        return network_file(written(network(), form), form, name)


def network_file(text: bytes, form: str, name: str) -> Response:
    """A network as it was written in one of FORMS."""
    return _file(text, FORMS[form].media_type, f"{name}{FORMS[form].suffix}")


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": f'inline; filename="{name}"'}
    )
