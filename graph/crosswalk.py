"""The crosswalk: which action field, or group of needs, belongs to which theme of the shared scheme.

Fields of different strategies, and of two versions of one, are comparable by this alone. It stands twice in a dataset:
as plain SKOS (`field skos:closeMatch theme`), which any tool reads, and as a `zg:FieldMapping` with office, date and
reason (the properties follow SSSOM, the Simple Standard for Sharing Ontological Mappings, Matentzoglu et al., Database
2022). A mapping that was withdrawn keeps its `zg:FieldMapping`, with date, office and reason of the withdrawal, and
loses its plain triple. `graph/mapping.py` changes it.
"""

from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from graph.errors import Unknown
from graph.language import N_, _
from graph.store import Askable, is_iri
from graph.themes import Themes, theme_tree
from graph.vocabulary import PREFIXES, local_name, quoted, reference
from ontology.namespaces import GRAPH, ID

RELATIONS = {
    "exact": N_("genau"),
    "close": N_("ungefähr"),
    "broad": N_("Thema ist weiter"),
    "narrow": N_("Thema ist enger"),
}
"""Code of the relation → German; the SKOS property is called `{code}Match`. `broad`: the theme is broader."""
WHOLE = ("exact", "close", "broad")
"""Relations by which everything in the field belongs to the theme; of `narrow` that is true for a part only."""
MAPPABLE = ("ActionField", "FocusTopic", "NeedGroup", "SuccessFactor")
"""Classes of what can be mapped."""


@dataclass(frozen=True)
class FieldMapping:
    """One field mapped to one theme, by an office or role, with the reason."""

    iri: str
    field: str
    field_label: str
    theme: str
    theme_label: str
    relation: str
    """A key of RELATIONS."""
    by: str = ""
    on: str = ""
    reason: str = ""
    strategy: str = ""
    strategy_label: str = ""
    authority_label: str = ""
    withdrawn_on: str = ""
    withdrawn_by: str = ""
    withdrawal_reason: str = ""
    sentence: str = ""

    @property
    def in_force(self) -> bool:
        """Whether it has not been withdrawn."""
        return not (self.withdrawn_on or self.withdrawn_by)

    @property
    def meaning(self) -> str:
        """What the relation says, in words."""
        return {
            "exact": _("meint dasselbe wie das Thema {theme}"),
            "close": _("entspricht ungefähr dem Thema {theme}"),
            "broad": _("ist ein Teil des Themas {theme}"),
            "narrow": _("umfasst unter anderem das Thema {theme}"),
        }[self.relation].format(theme=quoted(self.theme_label))


@dataclass(frozen=True)
class MappableField:
    """An action field, or what else can be mapped, with its strategy."""

    iri: str
    label: str
    strategy: str = ""
    strategy_label: str = ""
    authority_label: str = ""


@dataclass(frozen=True)
class Crosswalk:
    """All mappings in force, those that were withdrawn, and the fields without any."""

    mappings: tuple[FieldMapping, ...] = ()
    withdrawn: tuple[FieldMapping, ...] = ()
    unmapped: tuple[MappableField, ...] = ()
    sentence: str = ""

    def of(self, field: str) -> tuple[FieldMapping, ...]:
        """The mappings in force of one field."""
        return self._by_field.get(field, ())

    def of_strategy(self, strategy: str) -> "Crosswalk":
        """The part of one strategy (IRI)."""
        return _crosswalk(
            [m for m in self.mappings if m.strategy == strategy],
            [m for m in self.withdrawn if m.strategy == strategy],
            [f for f in self.unmapped if f.strategy == strategy],
        )

    def as_json(self, history: bool = True) -> dict[str, Any]:
        """The form that `--json` gives out, with or without what was withdrawn."""
        data = {
            name: [asdict(m) for m in getattr(self, name)] for name in ("mappings", "withdrawn", "unmapped")
        }
        if not history:
            data.pop("withdrawn")
        return {**data, "sentence": self.sentence}

    @cached_property
    def _by_field(self) -> dict[str, tuple[FieldMapping, ...]]:
        found: dict[str, tuple[FieldMapping, ...]] = {}
        for mapping in self.mappings:
            found[mapping.field] = (*found.get(mapping.field, ()), mapping)
        return found


def crosswalk(store: Askable, strategy: str = "") -> Crosswalk:
    """The crosswalk as it stands, sorted by strategy, field and theme; of one strategy (IRI) only if one is named.

    A plain SKOS triple without a `zg:FieldMapping` counts as well; its office, date and reason are not known.
    Raises `Unknown` where there is no such strategy.
    """
    if strategy and not (
        is_iri(strategy) and store.ask(PREFIXES + f"ASK {{ {reference(strategy)} a zg:Strategy }}")
    ):
        raise Unknown("Die Strategie", strategy.removeprefix(str(ID)))
    tree = theme_tree(store)
    fields = {f.iri: f for f in mappable(store) if not strategy or f.strategy == strategy}
    described = _described(store, fields, tree)
    known = {(m.field, m.theme, m.relation) for m in described if m.in_force}
    bare = [m for m in _bare(store, fields, tree) if (m.field, m.theme, m.relation) not in known]

    def order(mapping: FieldMapping) -> tuple[str, ...]:
        return (mapping.authority_label, mapping.strategy_label, mapping.field_label, mapping.field,
                mapping.theme_label, mapping.relation, mapping.on, mapping.iri)  # fmt: skip

    in_force = sorted([*(m for m in described if m.in_force), *bare], key=order)
    mapped = {mapping.field for mapping in in_force}
    unmapped = sorted(
        (f for f in fields.values() if f.iri not in mapped and f.strategy),
        key=lambda f: (f.authority_label, f.strategy_label, f.label, f.iri),
    )
    withdrawn = sorted((m for m in described if not m.in_force), key=order)
    return _crosswalk(list(map(told, in_force)), list(map(told, withdrawn)), unmapped)


def _crosswalk(
    mappings: list[FieldMapping], withdrawn: list[FieldMapping], unmapped: list[MappableField]
) -> Crosswalk:
    fields, strategies = {m.field for m in mappings}, {m.strategy for m in mappings if m.strategy}
    sentence = (
        f"{_number(len(fields), 'Feld ist', 'Felder sind')} mit "
        f"{_number(len(mappings), 'Zuordnung', 'Zuordnungen')} an das gemeinsame Themenverzeichnis gebunden, aus "
        f"{_number(len(strategies), 'Strategie', 'Strategien')}"
    )
    if unmapped:
        sentence += f"; {_number(len(unmapped), 'Handlungsfeld ist', 'Handlungsfelder sind')} es nicht"
    return Crosswalk(tuple(mappings), tuple(withdrawn), tuple(unmapped), f"{sentence}.")


def told(mapping: FieldMapping) -> FieldMapping:
    """The mapping with its sentence."""
    whose = f" ({mapping.strategy_label})" if mapping.strategy_label else ""
    reason = mapping.reason or "Wer das wann und warum so zugeordnet hat, ist nicht bekannt."
    end = (
        "" if mapping.in_force else f" Zurückgenommen am {mapping.withdrawn_on}: {mapping.withdrawal_reason}"
    )
    return replace(mapping, sentence=f"{quoted(mapping.field_label)}{whose} {mapping.meaning}. {reason}{end}")


def mappable(store: Askable) -> list[MappableField]:
    """Everything that can be mapped, by address."""
    rows = store.select(
        PREFIXES
        + f"""SELECT DISTINCT ?f ?label ?s ?strategy ?authority WHERE {{
            {{ ?s zg:hasActionField ?f
              OPTIONAL {{ ?s skos:prefLabel ?strategy FILTER(LANG(?strategy) IN ("de", "")) }}
              OPTIONAL {{ ?s zg:ofAuthority ?a . ?a skos:prefLabel ?authority
                         FILTER(LANG(?authority) IN ("de", "")) }} }}
            UNION {{ VALUES ?class {{ {_classes()} }} ?f a ?class MINUS {{ ?any zg:hasActionField ?f }} }}
            ?f skos:prefLabel ?label FILTER(LANG(?label) IN ("de", "")) }}
            ORDER BY ?f ?s ?label ?strategy ?authority"""
    )
    found: dict[str, MappableField] = {}
    for row in rows:
        words = [str(row[name] or "") for name in ("f", "label", "s", "strategy", "authority")]
        found.setdefault(words[0], MappableField(*words))
    return list(found.values())


def _classes() -> str:
    return " ".join(f"zg:{name}" for name in MAPPABLE)


def _described(store: Askable, fields: dict[str, MappableField], tree: Themes) -> list[FieldMapping]:
    rows = store.select(
        PREFIXES
        + """SELECT DISTINCT ?m ?field ?theme ?relation ?by ?on ?reason ?end ?who ?why WHERE {
            ?m a zg:FieldMapping ; zg:mappedField ?field ; zg:mappedTheme ?theme ; zg:mappingRelation ?relation .
            OPTIONAL { ?m zg:assignedBy ?by } OPTIONAL { ?m zg:begin ?begin BIND(STR(?begin) AS ?on) }
            OPTIONAL { ?m zg:reason ?reason } OPTIONAL { ?m zg:end ?ended BIND(STR(?ended) AS ?end) }
            OPTIONAL { ?m zg:withdrawnBy ?who } OPTIONAL { ?m zg:withdrawalReason ?why } } ORDER BY ?m ?by ?on"""
    )
    found: dict[str, FieldMapping] = {}
    for row in rows:
        relation = local_name(str(row["relation"]))
        of = fields.get(str(row["field"]))
        if of is None or relation not in RELATIONS:
            continue
        theme = str(row["theme"])
        mapping = FieldMapping(
            iri=str(row["m"]),
            field=of.iri,
            field_label=of.label,
            theme=theme,
            theme_label=tree.label(theme),
            relation=relation,
            by=str(row["by"] or ""),
            on=str(row["on"] or ""),
            reason=str(row["reason"] or ""),
            strategy=of.strategy,
            strategy_label=of.strategy_label,
            authority_label=of.authority_label,
            withdrawn_on=str(row["end"] or ""),
            withdrawn_by=str(row["who"] or ""),
            withdrawal_reason=str(row["why"] or ""),
        )
        found.setdefault(mapping.iri, mapping)
    return list(found.values())


def _bare(store: Askable, fields: dict[str, MappableField], tree: Themes) -> list[FieldMapping]:
    properties = " ".join(f"skos:{relation}Match" for relation in RELATIONS)
    rows = store.select(
        PREFIXES
        + f"""SELECT DISTINCT ?field ?p ?theme WHERE {{ VALUES ?p {{ {properties} }} ?field ?p ?theme .
            GRAPH <{GRAPH.themes}> {{ ?theme a skos:Concept }} }} ORDER BY ?field ?p ?theme"""
    )
    found = []
    for row in rows:
        if of := fields.get(str(row["field"])):
            theme, relation = str(row["theme"]), local_name(str(row["p"])).removesuffix("Match")
            bare = FieldMapping("", of.iri, of.label, theme, tree.label(theme), relation)
            whose = {"strategy": of.strategy, "strategy_label": of.strategy_label}
            found.append(replace(bare, **whose, authority_label=of.authority_label))
    return found


def _number(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"
