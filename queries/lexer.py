"""What a SPARQL text consists of, as far as a service must know before it hands the text to an engine.

Which words are keywords and which stand in strings, IRIs, comments or names; from that: whether a text asks another
server, which graphs it names, and the same text with other graphs. It is no parser: what is no SPARQL passes, the
engine refuses it. Every function takes time in proportion to the text. https://www.w3.org/TR/sparql11-query/#grammar
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
"""PN_CHARS_BASE, the letters that a name may begin with."""
NAME = rf"{BASE}_0-9\u00b7\u0300-\u036f\u203f-\u2040"
"""The characters of a variable; those of other names are these and the hyphen."""
ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
LOCAL = rf"(?:[{NAME}:\-]++|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?\#@%]|\.++(?=[{NAME}:\-%\\]))*"
# A pattern never looks twice at a character but for a short prefix: possessive classes (`++`, `*+`), alternatives that
# begin differently, and a string without end takes the rest, so that no later quote is tried again.
TOKEN = re.compile(
    rf"""
    (?P<comment> \#[^\r\n]*+ )
  | (?P<iri> <[^<>"{{}}|^`\\\x00-\x20]*+(?:(?:{ESCAPE})[^<>"{{}}|^`\\\x00-\x20]*+)*> )
  | (?P<string> "{{3}}[^"\\]*+(?:(?:\\.|""?(?!"))[^"\\]*+)*(?:"{{3}}|\\?\Z)
              | '{{3}}[^'\\]*+(?:(?:\\.|''?(?!'))[^'\\]*+)*(?:'{{3}}|\\?\Z)
              | "[^"\\\r\n]*+(?:\\[^\r\n][^"\\\r\n]*+)*"?
              | '[^'\\\r\n]*+(?:\\[^\r\n][^'\\\r\n]*+)*'? )
  | (?P<variable> [?$][{BASE}_0-9][{NAME}]*+ )
  | (?P<language> @[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--(?:ltr|rtl))? )
  | (?P<blank> _:[{BASE}_0-9][{NAME}\-]*+(?:\.++[{NAME}\-]++)*+ )
  | (?P<word> [{BASE}][{NAME}\-]*+(?:\.++[{NAME}\-]++)*+ )
    (?P<local> :{LOCAL} )?
  | (?P<empty> :{LOCAL} )
  | (?P<mark> [{{}}()\[\];] )
    """,
    re.VERBOSE | re.DOTALL,
)
"""The tokens that matter; operators, numbers and white space lie between them."""
NOTABLE = re.compile(r"service|load|from|using", re.IGNORECASE)
"""A text without these has nothing to find."""
SILENT = re.compile(r"silent", re.IGNORECASE)
CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}
DEEPER = {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1, ";": 0}
FILE = "file"
"""The scheme of graph names that an engine might look up on this machine."""


class Token(NamedTuple):
    """A piece of the text. `kind` is comment, iri, string, variable, language, blank, word, name or mark."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def keyword(self) -> str:
        """The word in capitals, empty for anything but a word."""
        return self.text.upper() if self.kind == "word" else ""


class Contradiction(ValueError):
    """An update that names its graphs although the request does; the message is German."""


@dataclass(frozen=True)
class Outline:
    """What a service must know of a query or update.

    `default` and `named` are the graphs of FROM and FROM NAMED, of USING and USING NAMED, as absolute IRIs.
    """

    service: bool = False
    load: bool = False
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @property
    def refusal(self) -> str:
        """Why the text is not carried out, in German with what to do instead; empty if nothing speaks against it."""
        if self.service:
            return (
                "Die Anfrage wendet sich mit SERVICE an einen anderen Server. Dieser Dienst fragt keine fremden "
                "Server. Bitte SERVICE weglassen oder die Anfrage von einem eigenen Werkzeug aus föderieren."
            )
        if self.load:
            return (
                "Die Änderung lädt mit LOAD ein Dokument von einer Adresse. Dieser Dienst ruft keine Adressen ab. "
                "Bitte die Daten mit INSERT DATA, über /store oder mit dem Befehl „load“ einspielen."
            )
        for iri in (*self.default, *self.named):
            if _scheme(iri).lower() == FILE:
                return (
                    f"Die Anfrage nennt die Datei <{iri}>. Gelesen werden nur Graphen dieses Dienstes. Bitte einen "
                    "davon nennen; welche es gibt, sagt die Beschreibung des Dienstes unter /sparql."
                )
        return ""


def tokens(text: str) -> Iterator[Token]:
    """The tokens of the text one after another, comments among them."""
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "local" or kind == "empty":
            kind = "name"
        yield Token(kind, match[0], match.start(), match.end())


def substituted(text: str, terms: Mapping[str, str]) -> str:
    """The text with variables replaced by terms; never inside a string, an IRI or a comment."""
    return TOKEN.sub(lambda match: terms.get(match["variable"] or "", match[0]), text)


def form(text: str) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE; empty for what is no query."""
    return next((token.keyword for token in tokens(text) if token.keyword in FORMS), "")


def plain(text: str) -> str:
    """The text with the codepoint escapes outside of strings and IRIs resolved (SPARQL 1.1 Query, 19.2).

    Engines resolve those inside, where they cannot make a keyword.
    """
    if "\\u" not in text and "\\U" not in text:
        return text
    pieces, done = [], 0
    for token in tokens(text):
        if token.kind in ("string", "iri", "comment"):
            pieces += [CODEPOINT.sub(_character, text[done : token.start]), token.text]
            done = token.end
    return "".join([*pieces, CODEPOINT.sub(_character, text[done:])])


def unloaded(text: str) -> str:
    """The update with every LOAD SILENT as the failure that it always is here: nothing is fetched, nothing happens.

    SILENT asks for just that of an operation that fails. https://www.w3.org/TR/sparql11-update/#load
    """
    if not SILENT.search(text):
        return text
    pieces, done, depth = [], 0, 0
    found = [token for token in tokens(text) if token.kind != "comment"]
    for place, token in enumerate(found):
        if token.kind == "mark":
            depth += DEEPER[token.text]
        elif depth == 0 and token.keyword == "LOAD" and (size := _silent_load(found[place : place + 6])):
            pieces += [text[done : token.start], "INSERT DATA {}"]
            done = found[place + size - 1].end
    return "".join([*pieces, text[done:]])


def _silent_load(found: Sequence[Token]) -> int:
    """Of how many tokens the LOAD SILENT consists that these begin with; 0 if it is none."""
    words, kinds = [token.keyword for token in found], [token.kind in ("iri", "name") for token in found]
    if words[:2] != ["LOAD", "SILENT"] or not any(kinds[2:3]):
        return 0
    return 6 if words[3:5] == ["INTO", "GRAPH"] and any(kinds[5:6]) else 3


def outline(text: str, base: str = "") -> Outline:
    """What the text asks of other servers and which graphs it names; IRIs are resolved against `base`."""
    if not NOTABLE.search(text):
        return Outline()
    service = load = False
    default: list[str] = []
    named: list[str] = []
    prefixes: dict[str, str] = {}
    depth = 0
    first = second = ("", "")  # the two tokens before, the nearest first
    for match in TOKEN.finditer(text):
        kind, piece = match.lastgroup, match[0]
        if kind == "comment":
            continue
        if kind == "mark":
            if piece == "{" and depth and _hidden("SERVICE", first):
                # Engines read `SERVICE:x {` as keyword and name. The grammar reads one name, and a name stands before
                # a brace after GRAPH only.
                service |= second != ("word", "GRAPH")
            depth += DEEPER[piece]
        elif kind == "word":
            piece = piece.upper()
            service |= "SERVICE" in piece  # engines accept `trueSERVICE`, too
            load |= depth == 0 and "LOAD" in piece
        elif kind == "iri":
            # `<?b)SERVICE:x#>` is an IRI for the grammar, but engines read `?a<?b)SERVICE:x#>` as a comparison.
            service |= "#" in piece.partition(")")[2].upper().partition("SERVICE")[2]
        elif depth == 0 and first[0] != "word" and _hidden("LOAD", (kind, piece)):
            load = True  # as above: `LOAD:x` at the beginning of an operation, where no name stands
        if depth == 0 and kind in ("iri", "local", "empty"):
            before = second[1] + first[1] if second[0] == first[0] == "word" else first[1]
            if second == ("word", "PREFIX") and kind == "iri":
                prefixes[first[1]] = _iri(piece, prefixes, base)
            elif before.endswith("BASE"):
                base = _iri(piece, prefixes, base)
            elif before.endswith(("FROM", "USING")):
                default.append(_iri(piece, prefixes, base))
            elif before.endswith(("FROMNAMED", "USINGNAMED")):
                named.append(_iri(piece, prefixes, base))
        first, second = (kind or "", piece), first
    return Outline(service, load, tuple(default), tuple(named))


def using(text: str, default: Sequence[str], named: Sequence[str]) -> str:
    """The update with these graphs as the dataset of every pattern, as USING and USING NAMED would give it.

    DELETE WHERE, which cannot take them, becomes a DELETE with template and pattern. Raises `Contradiction` for a text
    that has USING or WITH itself.
    """
    clauses = "".join([*(f"USING <{iri}> " for iri in default), *(f"USING NAMED <{iri}> " for iri in named)])
    pieces: list[str] = []
    done = depth = 0
    shorthand = 0  # where the pattern of a DELETE WHERE begins
    last = ""
    for token in tokens(text):
        if token.kind == "comment":
            continue
        if token.kind == "mark" and token.text in "{}":
            depth += 1 if token.text == "{" else -1
            if depth == 1 and token.text == "{" and last == "DELETE WHERE":
                shorthand = token.start
            elif depth == 0 and shorthand:
                pattern = text[shorthand : token.end]
                pieces += [text[done:shorthand], pattern, f" {clauses}WHERE {pattern}"]
                done, shorthand = token.end, 0
            last = ""
        elif depth == 0 and token.keyword in ("USING", "USINGNAMED", "WITH"):
            raise Contradiction(
                f"Die Änderung nennt ihre Graphen doppelt: mit {token.keyword} im Text und mit using-graph-uri oder "
                "using-named-graph-uri in der Adresse. Bitte nur eines von beiden verwenden."
            )
        elif depth == 0 and token.keyword == "WHERE":
            if last == "DELETE":
                pieces.append(text[done : token.start])
                last = "DELETE WHERE"
            else:
                pieces += [text[done : token.start], f" {clauses}WHERE "]
            done = token.end
        else:
            last = token.keyword
    return "".join([*pieces, text[done:]])


def resolved(base: str, reference: str) -> str:
    """The absolute IRI that a reference stands for. https://www.rfc-editor.org/rfc/rfc3986#section-5.2

    As in the engine, a reference that brings its own authority keeps its dots.
    """
    scheme, authority, path, query, fragment = _parts(reference)
    if scheme or not base:
        return reference
    b_scheme, b_authority, b_path, b_query, _ = _parts(base)
    if authority is None:
        authority = b_authority
        if not path:
            path, query = b_path, b_query if query is None else query
        elif not path.startswith("/"):
            folder = "/" if b_authority is not None and not b_path else b_path[: b_path.rfind("/") + 1]
            path = _without_dots(folder + path)
        else:
            path = _without_dots(path)
    return "".join(
        [
            f"{b_scheme}:" if b_scheme else "",
            "" if authority is None else f"//{authority}",
            path,
            "" if query is None else f"?{query}",
            "" if fragment is None else f"#{fragment}",
        ]
    )


REFERENCE = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL
)
"""The parts of an IRI reference, after appendix B of RFC 3986."""


def _parts(iri: str) -> tuple[str, str | None, str, str | None, str | None]:
    match = REFERENCE.fullmatch(iri)
    assert match is not None  # every string matches
    return match[1] or "", match[2], match[3], match[4], match[5]


def _scheme(iri: str) -> str:
    return _parts(iri)[0]


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")
    for place, segment in enumerate(segments):
        last = place == len(segments) - 1
        if segment in (".", ".."):
            if segment == ".." and len(kept) > 1:
                kept.pop()
            if last:
                kept.append("")
        else:
            kept.append(segment)
    return "/".join(kept)


def _hidden(keyword: str, token: tuple[str | None, str]) -> bool:
    """Whether the prefix of a name holds a keyword."""
    kind, piece = token
    return kind == "local" and keyword in piece.partition(":")[0].upper()


def _iri(piece: str, prefixes: Mapping[str, str], base: str) -> str:
    """The absolute IRI of an IRI or a prefixed name; a name with unknown prefix stays as it is."""
    if piece.startswith("<"):
        return resolved(base, CODEPOINT.sub(_character, piece[1:-1]))
    prefix, colon, local = piece.partition(":")
    return prefixes.get(prefix + colon, prefix + colon) + re.sub(r"\\(.)", r"\1", local)


def _character(match: re.Match[str]) -> str:
    try:
        return chr(int(match[1] or match[2], 16))
    except (ValueError, OverflowError):  # beyond Unicode: the engine says so
        return match[0]
