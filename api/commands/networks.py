"""`similar`, `groups`, `bridges`, `common`, `fragmentation`, `way`: what follows from the network."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from api import told
from api.commands.options import (
    TABLES,
    Wanted,
    any_district_option,
    circle_option,
    district_option,
    meant_district,
    tabular,
    wanted_in,
)
from api.findings import Findings
from api.home import chosen, data_dir_option, edition, public_option, reading
from graph.bridges import bridge_network, bridges
from graph.circle import circle, similar
from graph.common import KINDS as SHARED
from graph.common import common, common_network, pair_network, pairs
from graph.compare.measures import measures
from graph.fragmentation import themes_spread
from graph.groups import MANY, group_network, group_of, with_district
from graph.network import FORMS, Network, network, resolve, written
from graph.themes import theme_tree
from graph.way import way, way_network
from queries import Row

CAUTION = "Gezählt ist, was die Quellen nennen. Vorhanden heißt nicht ausreichend, nicht genannt nicht, dass es fehlt."

networked = wanted_in(*TABLES, *FORMS)


@click.command("similar", short_help="Welche Kreise sind einem Kreis ähnlich, und worin?")
@district_option
@tabular
@public_option
@data_dir_option
def similar_command(district: str, wanted: Wanted, public: bool, data_dir: Path) -> None:
    """Vergleicht nach Themen, Größe und Struktur mit den Kreisen, von denen Maßnahmen bekannt sind.

    Themen, Größe (Einwohner, Fläche) und Struktur (Kreisart, Dichte) zählen je ein Drittel, Unbekanntes nicht mit.
    """
    store = reading(data_dir, public)
    meant = meant_district(store, district)
    found = similar(store, meant.key)
    inside = told.in_ring(found)
    answer = [told.told(each) | {"in_circle": each.ags in inside} for each in found]
    _give(wanted, answer, told.similar_rows(found), f"Ähnlich wie {meant.label}")


@click.command("groups", short_help="Was tun viele Kreise? Gruppen von Maßnahmen.")
@any_district_option
@click.option(
    "--part",
    type=click.Choice(["any", "yes", "no"]),
    default="any",
    show_default=True,
    help="Mit --district: nur Gruppen mit diesem Kreis (yes) oder ohne ihn (no).",
)
@click.option(
    "--least",
    type=click.IntRange(2),
    default=MANY,
    show_default=True,
    help="In so vielen Kreisen wenigstens.",
)
@networked
@public_option
@data_dir_option
def groups_command(
    district: str, part: str, least: int, wanted: Wanted, public: bool, data_dir: Path
) -> None:
    """Zeigt Gruppen von Maßnahmen, die über die Befunde zusammenhängen, die in den meisten Kreisen zuerst."""
    shown = chosen(edition(data_dir), public)
    found = [group for data in Findings(shown).groups() if len((group := group_of(data)).districts) >= least]
    if district:
        mine, others = with_district(found, meant_district(shown.read(), district).key)
        found = {"any": found, "yes": mine, "no": others}[part]
    answer = [told.told(group) for group in found]
    rows = told.group_rows(found)
    _give(wanted, answer, rows, "Was viele Kreise tun", lambda: group_network(found))


@click.command("bridges", short_help="Wer ist in mehreren Kreisen tätig, in welcher Rolle?")
@any_district_option
@networked
@public_option
@data_dir_option
def bridges_command(district: str, wanted: Wanted, public: bool, data_dir: Path) -> None:
    """Zeigt Akteure mit Rollen in zwei oder mehr Kreisen, und für wen sie die einzige Verbindung zu anderen sind."""
    store = reading(data_dir, public)
    whole = network(store)
    found = bridges(whole)
    if district:
        iri = meant_district(store, district).iri
        found = [bridge for bridge in found if iri in {place.district for place in bridge.districts}]
    answer = [told.told(bridge, "roles") for bridge in found]
    _give(wanted, answer, told.bridge_rows(found), "Brücken", lambda: bridge_network(whole, found))


@click.command(
    "common", short_help="Was haben mehrere Kreise gemeinsam: Programme, Vorhaben, Beratung, Sponsoren?"
)
@any_district_option
@click.option("--kind", type=click.Choice(list(SHARED)), help="Nur eine Art von Gemeinsamem.")
@click.option(
    "--least", type=click.IntRange(1), default=2, show_default=True, help="In so vielen Kreisen wenigstens."
)
@click.option("--pairs", "paired", is_flag=True, help="Je zwei Kreise: wie viel sie gemeinsam haben.")
@networked
@public_option
@data_dir_option
def common_command(
    district: str,
    kind: str | None,
    least: int,
    paired: bool,
    wanted: Wanted,
    public: bool,
    data_dir: Path,
) -> None:
    """Zeigt Förderprogramme, gemeinsame Vorhaben, Beratungen und Sponsoren, die mehrere Kreise verbinden."""
    store = reading(data_dir, public)
    whole = network(store)
    iri = meant_district(store, district).iri if district else ""
    found = [
        each
        for each in common(whole, measures(store), least)
        if kind in (None, each.kind) and (not iri or iri in {place for place, _ in each.districts})
    ]
    if paired:
        told_pairs = [pair for pair in pairs(found) if not iri or iri in (pair.a, pair.b)]
        _give(
            wanted,
            [told.told(pair) for pair in told_pairs],
            told.pair_rows(told_pairs),
            "Was je zwei Kreise gemeinsam haben",
            lambda: pair_network(told_pairs),
        )
    else:
        answer = [told.told(each, "districts") for each in found]
        rows = told.common_rows(found)
        _give(wanted, answer, rows, "Gemeinsames", lambda: common_network(whole, found))


@click.command("fragmentation", short_help="Wie verteilt sich ein Thema auf Akteure?")
@any_district_option
@circle_option("Mit --district: der Kreis und welche anderen.", name="kind")
@click.option("--theme", default="", help="Nur dieses Thema: Name oder Adresse.")
@click.option("--all", "every", is_flag=True, help="Auch Unterthemen.")
@tabular
@public_option
@data_dir_option
def fragmentation_command(
    district: str,
    kind: str,
    theme: str,
    every: bool,
    wanted: Wanted,
    public: bool,
    data_dir: Path,
) -> None:
    """Zeigt je Thema, wie viele Akteure beteiligt sind und wie groß der Anteil des größten ist.

    Der Herfindahl-Hirschman-Index ist die Summe der quadrierten Anteile. Viele Akteure sind für sich kein Mangel.
    """
    if kind != "all" and not district:
        raise click.UsageError("Zu --circle bitte mit --district den Kreis nennen.")
    store = reading(data_dir, public)
    around = circle(store, meant_district(store, district).key, kind) if district else None
    found = themes_spread(network(store), theme_tree(store), around, theme, every)
    answer = [told.told(each) for each in found]
    _give(wanted, answer, told.fragmentation_rows(found), "Themen und Akteure")


@click.command("way", short_help="Der kürzeste Weg zwischen den Federführenden zweier Maßnahmen.")
@click.argument("start")
@click.argument("end")
@click.option(
    "--of",
    type=click.Choice(["lead", "involved"]),
    default="lead",
    show_default=True,
    help="Zwischen den Federführenden (lead) oder allen Beteiligten (involved).",
)
@networked
@public_option
@data_dir_option
def way_command(start: str, end: str, of: str, wanted: Wanted, public: bool, data_dir: Path) -> None:
    """Zeigt, über wen die einen zu den anderen kommen; START und END sind Maßnahmen (project/… oder Adresse)."""
    whole = network(reading(data_dir, public))
    found = way(whole, resolve(start), resolve(end), of)
    if wanted.form == "table":
        click.echo(found.sentence, err=True)
    _give(wanted, told.told(found), told.way_rows(found), "Weg", lambda: way_network(whole, found))


def _give(
    wanted: Wanted,
    answer: object,
    rows: Sequence[Row],
    title: str,
    made: Callable[[], Network] | None = None,
) -> None:
    """Writes an answer; below a table stands what it does not say."""
    wanted.give(answer, rows, title, (lambda form: written(made(), form)) if made else None)
    if wanted.form == "table" and rows:
        click.echo(CAUTION, err=True)
