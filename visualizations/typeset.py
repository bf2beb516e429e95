"""A paper as PDF, and pictures as PNG, set by typst from templates that get all words as data.

The PDF is tagged (PDF/UA-1): headings, tables with heads that repeat, pictures told in words. Only the fonts that
typst brings are used, so that every machine sets the same pages.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import typst

from visualizations.paper import Block, Paper
from visualizations.svg import clean

PPI = 220.0
"""Dots per inch of a picture in a text file: sharp on paper."""


def pdf(paper: Paper) -> bytes:
    """The paper as PDF."""
    day = date.fromisoformat(paper.day)
    made: bytes = typst.compile(
        _template("report.typ"),
        format="pdf",
        sys_inputs={"paper": json.dumps(as_data(paper), ensure_ascii=False)},
        ignore_system_fonts=True,
        pdf_standards="ua-1",
        timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )
    return made


def pages(paper: Paper, ppi: float = 60.0) -> list[bytes]:
    """The pages of the same paper as PNG, for whoever wants to look at them."""
    made: bytes | list[bytes] = typst.compile(
        _template("report.typ"),
        format="png",
        ppi=ppi,
        sys_inputs={"paper": json.dumps(as_data(paper), ensure_ascii=False)},
        ignore_system_fonts=True,
    )
    return made if isinstance(made, list) else [made]


def png(svg: str, ppi: float = PPI) -> bytes:
    """A picture as PNG."""
    made: bytes = typst.compile(
        _template("picture.typ"),
        format="png",
        ppi=ppi,
        sys_inputs={"svg": svg},
        ignore_system_fonts=True,
    )
    return made


def as_data(paper: Paper) -> dict[str, Any]:
    """The paper as JSON values; blocks say what they are."""
    found = asdict(paper) | {"blocks": [_block(block) for block in paper.blocks]}
    return _cleaned(found)  # type: ignore[no-any-return]


def _block(block: Block) -> dict[str, Any]:
    more = {"across": block.across} if block.kind == "figure" else {}  # type: ignore[union-attr]
    return {"kind": block.kind, **asdict(block), **more}


def _cleaned(value: Any) -> Any:
    """Without the signs that no font has and no XML allows."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {name: _cleaned(inner) for name, inner in value.items()}
    return [_cleaned(inner) for inner in value] if isinstance(value, list | tuple) else value


def _template(name: str) -> bytes:
    return files("visualizations").joinpath("templates", name).read_bytes()
