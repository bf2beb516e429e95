"""Small networks made by hand, for the tests of what follows from a network."""

import networkx as nx

from graph.kinds import KINDS
from graph.network import Network
from ontology.namespaces import ZG


class Small:
    """A network that is written down: `small.county("ahorn")`, `small.measure("treff", "ahorn")`, `small.joins(…)`."""

    def __init__(self) -> None:
        self.network: Network = nx.MultiDiGraph()

    def county(self, name: str, label: str = "") -> str:
        """A county that is its own district."""
        return self.node(name, label or f"Kreis {name.title()}", "district", (name,), level="county")

    def town(self, name: str, county: str) -> str:
        """A town in a county."""
        return self.node(name, f"Stadt {name.title()}", "district", (county,), level="municipality")

    def measure(self, name: str, *districts: str, themes: tuple[str, ...] = (), kind: str = "measure") -> str:
        """A measure of districts."""
        return self.node(name, name.title(), kind, districts, themes=themes, authorities=districts)

    def actor(self, name: str, actor_type: str = "", classes: tuple[str, ...] = ()) -> str:
        """An actor, or a group without a name with the class ActorGroup."""
        return self.node(name, name.title(), "actor", (), actor_type=actor_type, classes=("Actor", *classes))

    def node(self, name: str, label: str, kind: str, districts: tuple[str, ...] = (), **more: object) -> str:
        """Any node."""
        traits = {"level": "", "actor_type": "", "classes": (), "themes": (), "authorities": (), **more}
        shown = {"type": KINDS[kind][0], "district": "; ".join(districts), "source": f"Seite zu {label}"}
        self.network.add_node(
            name, iri=name, label=label, kind=kind, districts=tuple(sorted(districts)), **shown, **traits
        )
        return name

    def joins(self, *triples: tuple[str, str, str]) -> Network:
        """Relations of ours between nodes, each with a source; gives the network."""
        for subject, relation, object_ in triples:
            iri = str(ZG[relation])
            self.network.add_edge(
                subject,
                object_,
                key=iri,
                relation=iri,
                label=relation,
                source=f"Vorlage {subject}",
                document=f"Vorlage {subject}",
                section="",
                inferred=False,
            )
        return self.network
