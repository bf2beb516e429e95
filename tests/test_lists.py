"""Lists of measures as files with one JSON object a line."""

import json
from pathlib import Path

import pytest

from graph.compare.evaluate import read_measures
from graph.errors import InvalidData


def test_a_line_ends_where_json_lines_end(tmp_path: Path) -> None:
    file = tmp_path / "list.jsonl"
    titles = ["Bus\u2028und\u0085Bahn\x0bheute", "Zweite Zeile"]
    rows = [json.dumps({"id": str(n), "title": title}, ensure_ascii=False) for n, title in enumerate(titles)]
    file.write_text("\r\n".join(rows).replace("\x0b", "\\u000b"), encoding="utf-8")
    assert [measure.title for measure in read_measures(file)] == titles


def test_a_list_in_another_encoding_is_refused_in_german(tmp_path: Path) -> None:
    file = tmp_path / "list.jsonl"
    file.write_bytes('{"id": "1", "title": "Grün"}'.encode("latin-1"))
    with pytest.raises(InvalidData, match="nicht in UTF-8 geschrieben"):
        read_measures(file)
