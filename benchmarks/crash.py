"""Kills a writer with `kill -9` at random moments and looks whether the data directory is whole afterwards.

    .venv/bin/python benchmarks/crash.py 50          fifty kills
    .venv/bin/python benchmarks/crash.py 50 --seed 7 other moments, other changes
    .venv/bin/python benchmarks/crash.py 7 --small   invented data, for the tests

A child process carries out an endless row of changes: loads of public and internal datasets, raw updates, raw writes
that withdraw or hide what is published, rebuilds. It says when it begins one and when it is acknowledged. The same row,
never interrupted, gives the states to compare with. After each kill the directory is opened again: it has to hold the
last acknowledged change, or the one that was under way, whole: every quad of both editions, and the journal.
"""

import argparse
import hashlib
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rdflib import Graph, Literal
from rdflib.namespace import DCTERMS, RDF, SKOS

from graph import derivation
from graph.dataset import Dataset
from graph.derivation import asserted, difference, state_of
from graph.evidence import Passage, describe_passage, describe_statement
from graph.home import Home, Writer
from graph.publication import marks_of, public_edition, published
from graph.shipped import shipped_datasets
from ontology.namespaces import GRAPH, ID, ZG

BASE = ("ludwigsburg-zukunftsstrategie-webseite", "esslingen-zukunftsdialog")
"""Shipped datasets that lie in the directory from the start, so that a change takes a while."""
KINDS = ("public", "internal", "reload", "withhold", "insert", "delete", "hide", "drop", "rebuild")
OPENING = 0.4
"""Seconds that opening takes at most on a slow machine: some kills fall into it."""
CHANGES = {False: 4.0, True: 1.5}
"""Seconds, with and without small data, in which some changes are made: the other kills fall into them."""


@dataclass(frozen=True)
class State:
    """What a directory holds: hashes of both editions, and how many changes the journal has."""

    internal: str
    public: str
    changes: int


def base(few: bool) -> list[Dataset]:
    """The datasets that are changed."""
    if few:
        return [small("eins", 0, "public", 40), small("zwei", 0, "public", 40)]
    return [dataset for dataset in shipped_datasets() if dataset.slug in BASE]


def small(name: str, number: int, visibility: str, size: int = 1) -> Dataset:
    """A dataset of a few statements that says something else at each change."""
    iri, thing = ID[f"dataset/{name}"], ID[f"project/{name}"]
    statements, evidence, description = Graph(), Graph(), Graph()
    passage = describe_passage(evidence, Passage(ID["document/probe"], 0, number + 1))
    for triple in (
        (thing, SKOS.prefLabel, Literal(f"Probe {number}", lang="de")),
        *((thing, ZG.ledBy, ID[f"actor/{(number + n) % 50}"]) for n in range(size)),
    ):
        statements.add(triple)
        describe_statement(evidence, triple, iri, [passage], ID["code/method/asserted"])
    description.add((iri, RDF.type, ZG.Dataset))
    description.add((iri, DCTERMS.title, Literal(name, lang="de")))
    description.add((iri, ZG.reviewStatus, ID["code/review-status/checked"]))
    description.add((iri, ZG.visibility, ID[f"code/visibility/{visibility}"]))
    return Dataset(iri, statements, evidence, description)


def change(writer: Writer, number: int, seed: int, datasets: Sequence[Dataset]) -> str:
    """Carries out change `number` of the row and returns its kind."""
    dice = random.Random(seed * 100_003 + number)
    kind = dice.choice(KINDS)
    chosen = dice.choice(datasets)
    if kind == "public":
        writer.load(
            [small("offen", number, "public"), small("weitere", number, dice.choice(["public", "body"]))]
        )
    elif kind == "internal":
        writer.load([small("intern", number, "internal")])
    elif kind == "reload":
        writer.load([*datasets, small("offen", number, "public")])
    elif kind == "withhold":
        marked = Graph()
        for statement in sorted(chosen.evidence.subjects(RDF.type, ZG.Statement))[number % 7 :: 7]:
            marked.add((statement, ZG.visibility, ID["code/visibility/internal"]))
        writer.load([replace(chosen, evidence=chosen.evidence + marked), small("intern", number, "internal")])
    elif kind == "insert":
        where = dice.choice([f"GRAPH <{chosen.graph}>", "GRAPH <urn:fremd>", f"GRAPH <{GRAPH.evidence}>"])
        writer.update(
            f"INSERT DATA {{ {where} {{ <urn:{number}> <{ZG.ledBy}> <urn:x> }} <urn:a> <urn:b> {number} }}"
        )
    elif kind == "delete":
        writer.update(
            f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} VALUES ?g {{ <{chosen.graph}> }} "
            f'FILTER(STRSTARTS(SHA1(CONCAT(STR(?s), STR(?p), STR(?o))), "{dice.randrange(16):x}")) }} ;\n'
            f"INSERT DATA {{ GRAPH <urn:fremd> {{ <urn:d> <urn:b> {number} }} }}"
        )
    elif kind == "hide":
        writer.update(
            f"INSERT {{ GRAPH ?g {{ ?s <{ZG.visibility}> <{ID['code/visibility/body']}> }} }} WHERE {{ "
            f"GRAPH ?g {{ ?s a <{ZG.Statement}> }} VALUES ?g {{ <{GRAPH.evidence}> }} "
            f'FILTER(STRENDS(STR(?s), "{dice.randrange(16):x}")) }}'
        )
    elif kind == "drop":
        writer.put(str(chosen.graph), [])
    else:
        writer.rebuild()
    return kind


def child(directory: Path, start: int, seed: int, few: bool) -> None:
    """Carries out changes from `start` on until it is killed."""
    datasets = base(few)
    derivation.derived({})  # reads rules and terms once, so that kills fall into the changes
    _say("open")
    with Home(directory).writing("crash") as writer:
        number = start
        while True:
            _say(f"begin {number}")
            kind = change(writer, number, seed, datasets)
            _say(f"done {number} {kind}")
            number += 1


def state(home: Home) -> State:
    """The state that readers see. Asserts that the public edition follows from the rule and from what is internal."""
    internal, public = home.internal.read(), home.public.read()
    lines = sorted(f"{quad} ." for quad in public)
    assert lines == home.public.dump.read_text(encoding="utf-8").split("\n")[:-1], "file and store differ"
    inside, outside = state_of(internal), state_of(public)
    shown = asserted(outside)
    assert not difference(inside, shown)[0] & {q for quads in shown.values() for q in quads}, "not internal"
    follows = public_edition(published(shown, marks_of(inside)))
    assert not any(difference(follows, outside)), "the public edition is not what follows"
    names = sorted(graph.value for graph in internal.inner.named_graphs())
    quads = sorted(map(str, internal))
    return State(_hash([*names, *quads]), home.public.fingerprint, len(home.journal()))


def run(kills: int, seed: int, few: bool) -> Counter[str]:
    """Kills so many times and returns into which kinds of change the kills fell."""
    dice, fell = random.Random(seed), Counter[str]()
    datasets = base(few)
    with tempfile.TemporaryDirectory() as folder:
        killed, whole = Home(Path(folder) / "killed"), Home(Path(folder) / "whole")
        for home in (killed, whole):
            with home.writing("crash") as writer:
                writer.load(datasets)
        known, number = {0: state(whole)}, 0
        assert state(killed) == known[0]
        for _ in range(kills):
            acknowledged, begun, moment = _kill(killed.directory, number, seed, dice, few)
            with whole.writing("crash") as writer:
                while max(known) < acknowledged + 1:
                    change(writer, max(known), seed, datasets)
                    known[max(known) + 1] = state(whole)
            with killed.writing("check") as writer:
                assert not writer.journal.open_entries()
            found = state(killed)
            old, new = known[acknowledged], known[acknowledged + 1]
            # A change without effect may have been carried out or not: nobody can tell, nobody needs to.
            assert found in (old, new) or (
                found.changes == old.changes and replace(new, changes=old.changes) == found
            ), f"after {acknowledged} changes, {moment}: {found} is neither {old} nor {new}"
            assert killed.journal()[-1].number == killed.internal.number or not begun
            number = acknowledged + (found == new)
            fell[f"{moment}: {'new' if number > acknowledged else 'old'} state"] += 1
    return fell


def _kill(directory: Path, number: int, seed: int, dice: random.Random, few: bool) -> tuple[int, bool, str]:
    """Starts a child and kills it; how many changes are acknowledged, whether one had begun, and which."""
    arguments = [
        sys.executable,
        __file__,
        "--child",
        str(directory),
        "--start",
        str(number),
        "--seed",
        str(seed),
    ]
    arguments += ["--small"] if few else []
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    time.sleep(dice.uniform(0, dice.choice([OPENING, CHANGES[few], CHANGES[few]])))
    assert process.poll() is None, "the child ended by itself"
    process.kill()
    said = [line.split() for line in process.communicate()[0].splitlines()]
    done = [int(words[1]) for words in said if words[0] == "done"]
    begun = [int(words[1]) for words in said if words[0] == "begin"]
    acknowledged = done[-1] + 1 if done else number
    if begun and begun[-1] == acknowledged:
        return acknowledged, True, random.Random(seed * 100_003 + acknowledged).choice(KINDS)
    return acknowledged, bool(begun), "opening" if not begun else "between"


def _hash(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description="Schreibende Prozesse töten und nachsehen, ob alles heil ist."
    )
    parser.add_argument("kills", nargs="?", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true", help="Wenige erfundene Daten.")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--start", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.small:
        derivation.vocabulary = (
            dict  # ontology and themes are most of a small edition, and a second of each start
        )
    if options.child:
        child(options.child, options.start, options.seed, options.small)
    begin = time.monotonic()
    fell = run(options.kills, options.seed, options.small)
    for moment, count in sorted(fell.items()):
        _say(f"{count:4} {moment}")
    _say(f"{sum(fell.values())} kills, every directory whole, {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
