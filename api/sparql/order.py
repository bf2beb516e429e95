"""In which order the triple patterns are joined: the same query, written so that the engine does well.

The engine joins greedily by which positions of a pattern are bound, and takes the order of the text where it sees a
tie. It knows no numbers, so a text may take ten times as long as its twin. Here numbers decide the ties: triples,
distinct subjects and distinct objects of every property, counted once. As in Stocker et al. 2008, "SPARQL basic graph
pattern optimization using selectivity estimation" (https://doi.org/10.1145/1367497.1367578), sizes are estimated from
them, patterns without a common variable are joined last, and the order is fixed before anything is evaluated.

Only runs of at least three plain patterns are touched (no path, blank node, collection or reifier), each within its
place between `FILTER`, `OPTIONAL`, `BIND` and their like; everything else stays byte for byte. Solutions are the same,
their sequence is not. Where that would show, the text stays as it is: `LIMIT` or `OFFSET` without `ORDER BY`, `SAMPLE`,
`GROUP_CONCAT`, `REDUCED`. In `EXISTS` and `GRAPH` it stays as well: the engine does not reorder the one, and the counts
are of the default graph. Standard library and pyoxigraph only.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pyoxigraph as ox

FEWEST = 3
"""A run of fewer patterns leaves nothing to choose that matters."""
LONGEST, MOST = 10_000, 30
"""Longer texts, and runs of more patterns, stay as they are: a machine wrote them, and they would cost too much."""
MANY = 8
"""In a run of more patterns only the smallest is tried as the beginning, not each."""
GAIN = 0.7
"""The text is changed if it promises to cost less than this part; estimates are no better than that."""

WORTH = 2_000
"""Fewer solutions on the way are found within a few milliseconds in any order."""

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
PREFIX = re.compile(r"\bPREFIX\s+([\w.-]*:)\s*<([^>]*)>", re.IGNORECASE)
HINT = re.compile(r"[.;,]\s")
"""What separates patterns. A text with less than two of these has no run."""
WORD = r"[^\W\d_][\w-]*+(?:\.++[\w-]++)*+"
IRI, NAME = r"""<[^<>"{}|^`\\\x00-\x20]*+>""", rf"(?:{WORD})?+:(?:[\w:-]++(?:\.++[\w:-]++)*+)?+"
TERM = rf"""
    [?$]\w++ | [.;,] | {NAME} | {IRI} | (?:a|true|false)(?![\w:-]|\.++[\w-]) | \d++(?:\.\d++)?
  | (?: "{{3}}[^"\\]*+(?:(?:\\.|""?(?!"))[^"\\]*+)*"{{3}} | '{{3}}[^'\\]*+(?:(?:\\.|''?(?!'))[^'\\]*+)*'{{3}}
      | "(?!"")[^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*" | '(?!'')[^'\\\r\n]*+(?:\\.[^'\\\r\n]*+)*' )
    (?: @[A-Za-z]++(?:-[A-Za-z0-9]++)*+ | \^\^(?:{IRI}|{NAME}) )?
"""
"""A term of a plain pattern, or what stands between two. Nothing is read that the engine might read otherwise."""
SPACE = r"\s++ | \#[^\r\n]*+"
PIECE = re.compile(
    rf"""(?: {SPACE} )*+ (?:
    (?P<run> (?: {TERM} ) (?: {SPACE} | {TERM} )*+ )
  | (?P<word> {WORD} )
  | (?P<other> [{{]\| | \|[}}] | \\. | ["'].*+ | . ) )
    """,
    re.VERBOSE | re.DOTALL,
)
"""A text is runs of terms, words, and other characters, over which no run goes."""
TERMS = re.compile(rf"{SPACE} | ({TERM})", re.VERBOSE | re.DOTALL)
VARIABLE = re.compile(r"[?$](\w+)")
ENDS = {"FILTER", "OPTIONAL", "BIND", "VALUES", "MINUS", "GRAPH"}
"""The words that may follow a run."""
VISIBLE = {"SAMPLE", "GROUP_CONCAT", "REDUCED", "FROM", "SERVICE", "LATERAL"}
"""Words of a text that stays as it is: its answer depends on the sequence, or its data are not those counted."""


class Counts(NamedTuple):
    """How many triples a property has, and how many distinct subjects and objects they have."""

    triples: float
    subjects: float
    objects: float


@dataclass(frozen=True)
class Statistics:
    """The counts of the default graph, by property, and how many members each class has."""

    properties: dict[str, Counts]
    classes: dict[str, float]
    every: Counts

    @classmethod
    def of(cls, store: ox.Store) -> "Statistics":
        """Counted property by property, so that no more memory is needed than the largest of them takes."""
        found = {p: _counts(store, p) for (p,) in _rows(store, "SELECT DISTINCT ?p { ?s ?p ?o }")}
        members = _rows(store, f"SELECT ?c (COUNT(*) AS ?n) {{ ?s <{TYPE}> ?c }} GROUP BY ?c")
        most = Counts(
            sum(c.triples for c in found.values()),
            max((c.subjects for c in found.values()), default=1),
            max((c.objects for c in found.values()), default=1),
        )
        return cls(found, {c: float(n) for c, n in members}, most)


UNCOUNTED = Statistics({}, {}, Counts(0, 1, 1))
"""Of a store that nobody counted: nothing is reordered."""


def _rows(store: ox.Store, text: str) -> Iterator[list[str]]:
    found = store.query(text)
    assert isinstance(found, ox.QuerySolutions)
    return ([getattr(term, "value", "") for term in row] for row in found)


def _counts(store: ox.Store, iri: str) -> Counts:
    counts = "(COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) (COUNT(DISTINCT ?o) AS ?k)"
    [row] = _rows(store, f"SELECT {counts} {{ ?s <{iri}> ?o }}")
    return Counts(*map(float, row))


class Pattern(NamedTuple):
    """A triple pattern: the text of its terms, its variables (None: a constant), and what is known of its property."""

    terms: tuple[str, str, str]
    variables: tuple[str | None, ...]
    counts: Counts
    members: float | None

    def rank(self, bound: set[str]) -> int:
        """The engine's own estimate, by which positions are bound: a subject is worth most, then object, property."""
        s, p, o = self.variables
        known = 4 * (s is None or s in bound) + 2 * (p is None or p in bound) + (o is None or o in bound)
        return RANKS[known]

    def size(self, bound: set[str]) -> float:
        """How many triples match for one solution that binds these variables."""
        triples, subjects, objects = self.counts
        s, _, o = self.variables
        found = triples if self.members is None else self.members
        if s is None or s in bound:
            found /= subjects
        if self.members is None and (o is None or o in bound):
            found /= objects
        return found


RANKS = (7, 5, 6, 4, 3, 1, 2, 0)
"""The sequence of sizes in Oxigraph's `estimate_triple_pattern_size`; only a tie in it is ours to decide.

The place is the sum of 4 for a bound subject, 2 for a property and 1 for an object.
"""


@dataclass
class Group:
    """What lies between two braces: the variables met in it, around it, and before the group that was last in it.

    In one that is `still` nothing changes; around a `select` lies nothing that its pattern could use.
    """

    met: set[str] = field(default_factory=set)
    around: set[str] = field(default_factory=set)
    before: set[str] = field(default_factory=set)
    still: bool = False
    select: bool = False


def ordered(text: str, statistics: Statistics) -> str:
    """The query in an order that costs less, or as it is if nothing is to be gained or anything is in doubt."""
    if len(text) > LONGEST or len(HINT.findall(text)) < FEWEST - 1:
        return text
    pieces: list[str] = []
    groups, words, done = [Group()], [""], 0
    run, begin, whole, parentheses, between = "", 0, False, 0, 0
    for match in PIECE.finditer(text):
        kind = match.lastgroup or ""
        piece = match[kind]
        if kind == "run":
            run, begin, between = piece, match.start(kind), between + 1
            continue
        group = groups[-1]
        if run:
            if whole and not group.still and (piece in "{}" or piece.upper() in ENDS):
                better = _run(run, text, group, statistics)
                if better:
                    pieces += [text[done:begin], better]
                    done = begin + len(run)
            if not parentheses or words[-1] in ("AS", "VALUES"):
                group.met.update(VARIABLE.findall(run))
            run = ""
        if kind == "word":
            word = piece.upper()
            if word != "WHERE" or words[-1] != "CONSTRUCT" or between:  # the short form is a template
                words.append(word)
            between = 0
            group.select |= word in ("SELECT", "DESCRIBE", "CONSTRUCT")
            if word == "UNION":  # the other branch knows nothing of this one
                group.met = set(group.before)
            whole = False
            continue
        if piece == "{":
            template = not between and words[-1].endswith(("EXISTS", "CONSTRUCT"))
            still = group.still or template or (between == 1 and words[-1] == "GRAPH")
            group.before = set(group.met)
            groups.append(Group(around=set() if group.select else group.around | group.met, still=still))
        elif piece == "}" and len(groups) > 1:
            met = groups.pop().met
            groups[-1].met |= met
        elif piece in "()":
            parentheses += 1 if piece == "(" else -1
        between += 1
        whole = piece in "{})" and not parentheses
    return text if not pieces or _sequence_shows(words) else "".join([*pieces, text[done:]])


def _sequence_shows(words: Sequence[str]) -> bool:
    """Whether the answer depends on the sequence of the solutions, or may: a part is cut out of what has no order."""
    cut = "LIMIT" in words or "OFFSET" in words
    return not VISIBLE.isdisjoint(words) or (cut and ("ORDER" not in words or words.count("SELECT") > 1))


def _run(run: str, text: str, group: Group, statistics: Statistics) -> str:
    """The run in another order; empty if it stays as it is."""
    if len(HINT.findall(run)) < FEWEST - 1:
        return ""
    terms = [term for term in TERMS.findall(run) if term]
    lead = terms[0] if terms[0] == "." else ""
    patterns = _patterns(terms[len(lead) :], dict(PREFIX.findall(text, 0, text.find("{"))), statistics)
    better = _better(patterns, group.met, group.around) if FEWEST <= len(patterns) <= MOST else patterns
    return "" if better == patterns else " ".join([lead, *(" ".join([*p.terms, "."]) for p in better), ""])


def _patterns(run: list[str], prefixes: dict[str, str], statistics: Statistics) -> list[Pattern]:
    """The patterns of a run; none if it is not just patterns, or of properties that nobody counted."""
    found: list[Pattern] = []
    sentences = _split(run, ".")
    for sentence in sentences if sentences[-1] else sentences[:-1]:
        for place, part in enumerate(_split(sentence[1:], ";")):
            verb, objects = part[:1], part[1:]
            if not part and place:
                continue
            if (
                len(objects) % 2 == 0
                or set(objects[1::2]) - {","}
                or "," in (sentence[0], *verb, *objects[::2])
            ):
                return []
            for term in objects[::2]:
                terms = (sentence[0], verb[0], term)
                iri = TYPE if terms[1] == "a" else _iri(terms[1], prefixes)
                variables = tuple(t[1:] if t[0] in "?$" else None for t in terms)
                counts = statistics.properties.get(iri) if variables[1] is None else statistics.every
                if counts is None:
                    return []
                members = statistics.classes.get(_iri(term, prefixes)) if iri == TYPE else None
                found.append(Pattern(terms, variables, counts, None if variables[2] else members))
    return found


def _split(pieces: list[str], separator: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for piece in pieces:
        if piece == separator:
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


def _iri(term: str, prefixes: dict[str, str]) -> str:
    if term[0] == "<":
        return term[1:-1]
    prefix, colon, local = term.partition(":")
    return prefixes.get(prefix + colon, "") + local


def _better(patterns: list[Pattern], met: set[str], around: set[str]) -> list[Pattern]:
    """The cheapest of the orders that the engine keeps, if it is cheaper enough than what it makes of the given one."""
    _, cost = _joined(patterns, None, met, around, counted=False)
    if cost < WORTH:
        return patterns
    first = _next(patterns, met)
    if len(patterns) > MANY:
        first = [min(first, key=lambda p: p.size(met | around))]
    best, least = min((_joined(patterns, p, met, around) for p in first), key=lambda found: found[1])
    return best if least < GAIN * cost else patterns


def _joined(
    patterns: list[Pattern], first: Pattern | None, met: set[str], around: set[str], counted: bool = True
) -> tuple[list[Pattern], float]:
    """The patterns as the engine joins them, and all solutions on the way; ties go by size or as they stand."""
    left, order = list(patterns), list[Pattern]()
    bound, known = set(met), met | around
    solutions, cost = 1.0, 0.0
    while left:
        ties = _next(left, bound)
        chosen = (
            first if first and not order else min(ties, key=lambda p: p.size(known)) if counted else ties[0]
        )
        left.remove(chosen)
        order.append(chosen)
        solutions *= chosen.size(known)
        cost += solutions
        variables = {v for v in chosen.variables if v}
        bound, known = bound | variables, known | variables
    return order, cost


def _next(left: list[Pattern], bound: set[str]) -> list[Pattern]:
    """Those among which the engine sees no difference: connected if any are, and of the best rank."""
    near = [p for p in left if not bound.isdisjoint(p.variables)] or left
    best = min(p.rank(bound) for p in near)
    return [p for p in near if p.rank(bound) == best]
