"""What follows from the statements of a graph, by the ontology's rules, and why."""

from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from ontology.rules import Derivation, Rule, materialise, rules

Term = NamedNode | BlankNode | Literal
"""What a statement may be made of here; RDF 1.2's triple terms never enter the graph."""
Statement = tuple[Term, Term, Term]


def infer(
    statements: Iterable[Quad | Triple | Statement], by: tuple[Rule, ...] | None = None
) -> dict[Statement, Derivation[Term]]:
    """Every statement that follows and is not among the given ones, with the rule and the premises behind it.

    Graph names are ignored: give it the statements of one graph. `by` defaults to the rules of the ontology.
    """
    given = (
        (statement[0], statement[1], statement[2])
        if isinstance(statement, tuple)
        else (statement.subject, statement.predicate, statement.object)
        for statement in statements
    )
    return materialise(
        given,  # type: ignore[arg-type]
        iri=NamedNode,
        by=rules() if by is None else by,
        resource=lambda term: not isinstance(term, Literal),
    )
