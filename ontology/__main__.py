"""`python -m ontology` rewrites the Turtle files in their one spelling and what is generated from them.

It is run in a clone, where `docs/` lies beside this package; an installed program has no use for it.
"""

import logging
from pathlib import Path

from rdflib import Graph
from rdflib.namespace import SH

from ontology import canonical, codes, ontology, themes
from ontology.closed_world import SHAPE, term_shapes
from ontology.reference import markdown

FOLDER = Path(__file__).parent
TERM_SHAPES = FOLDER / "shapes-terms.ttl"
REFERENCE = FOLDER.parent / "docs" / "reference" / "ontology.md"
PREFIXES = {"sh": "http://www.w3.org/ns/shacl#", "shape": str(SHAPE)}
log = logging.getLogger(__name__)


def generated() -> dict[Path, str]:
    """The files that follow from others, with the text they should have."""
    pattern = Graph().parse(FOLDER / "shapes.ttl").value(SHAPE.WithoutContactData, SH.pattern)
    assert pattern is not None, "shapes.ttl says what a text without contact data looks like"
    shapes = term_shapes(ontology(), codes() + themes(), pattern)
    return {
        TERM_SHAPES: canonical(shapes, PREFIXES),
        REFERENCE: markdown(ontology(), codes()),
    }


def written() -> dict[Path, str]:
    """The files kept by hand, with the text they should have."""
    return {path: rewritten(path) for path in sorted(FOLDER.glob("**/*.ttl")) if path != TERM_SHAPES}


def rewritten(path: Path) -> str:
    """The text of a Turtle file in its one spelling, with the prefixes that the file declares."""
    graph = Graph(bind_namespaces="none")
    graph.parse(path, format="turtle")
    return canonical(graph, {prefix: str(space) for prefix, space in graph.namespaces()})


def main() -> None:
    """Writes every file whose text differs from what it should be."""
    for files in (written(), generated()):
        for path, text in files.items():
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
                log.warning("%s neu geschrieben", path)


if __name__ == "__main__":
    main()
