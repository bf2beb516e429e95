"""What follows from the statements of a graph, by the ontology's rules, and why."""

from collections.abc import Iterable
from functools import cache

from rdflib import Node

from ontology.rules import Derivation, Rule, materialise, rules

Triple = tuple[Node, Node, Node]


def infer(asserted: Iterable[Triple], by: tuple[Rule, ...] | None = None) -> dict[Triple, Derivation[Node]]:
    """Every statement that follows and is not among the given ones, with the rule and the premises behind it.

    `by` defaults to the rules of the ontology. What a chain to `zg:contributesTo` would give is not among the
    answers: a query offers it as possible, nobody asserts it.
    """
    return materialise(asserted, by=our_rules() if by is None else by)


@cache
def our_rules() -> tuple[Rule, ...]:
    """The rules of our ontology, read once: every file that is validated asks for them."""
    return rules()
