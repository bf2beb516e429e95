"""A value of an answer as it stands in a cell, whatever the table is written with."""

from queries import Value


def cell_text(value: Value) -> str:
    """A value as it stands in a cell."""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return "" if value is None else str(value)
