"""`same`: which entries for actors and bodies may mean the same, and what was decided about them."""

from datetime import datetime
from pathlib import Path

import click

from api.commands.load import WAIT
from api.home import chosen, data_dir_option, edition, public_option
from api.tables import as_json, show
from graph.entities import Proposal, proposals
from graph.gazetteer import named_district
from graph.identities import (
    IDENTITIES,
    IdentityDraft,
    IdentityJudgement,
    disagreements,
    identity_judgements,
    judge_identity,
    withdraw_identity,
)
from graph.verdicts import STATES, VISIBILITIES
from graph.vocabulary import address
from ontology.namespaces import ID
from queries import Row


@click.command(
    "same", short_help="Meinen zwei Einträge dasselbe? Vorschläge mit Beleg, Urteile von Menschen."
)
@click.argument("entries", nargs=-1)
@click.option("--judgement", type=click.Choice(list(IDENTITIES)), help="Urteil über die Einträge A und B.")
@click.option("--body", default="", help="Gremium oder Stelle: Adresse (body/…), Name oder in Worten.")
@click.option("--role", default="", help="Rolle darin, nie der Name einer Person.")
@click.option("--reason", default="", help="Grund in einem Satz.")
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d", "%d.%m.%Y"]), show_default="heute", help="Tag des Urteils."
)
@click.option(
    "--visibility",
    type=click.Choice(list(VISIBILITIES)),
    default="internal",
    show_default=True,
    help="; ".join(f"{name}: {seen_by}" for name, seen_by in VISIBILITIES.items()) + ".",
)
@click.option("--withdraw", "withdrawn", metavar="ID", help="Dieses Urteil zurücknehmen; dazu --reason.")
@click.option("--judged", is_flag=True, help="Die Urteile zeigen statt der Vorschläge.")
@click.option("--district", default="", help="Nur Vorschläge dieses Kreises: Schlüssel oder Name.")
@click.option("--json", "as_data", is_flag=True, help="Ausgabe als JSON.")
@public_option
@data_dir_option
def same_command(
    entries: tuple[str, ...],
    judgement: str | None,
    body: str,
    role: str,
    reason: str,
    on: datetime | None,
    visibility: str,
    withdrawn: str | None,
    judged: bool,
    district: str,
    as_data: bool,
    public: bool,
    data_dir: Path,
) -> None:
    """Schlägt Einträge vor, die dasselbe meinen könnten, oder hält ein Urteil über A und B fest.

    Vorgeschlagen wird nur, wofür es einen Beleg gibt; Ähnlichkeit allein ist keiner. Im Graphen wird nie etwas
    zusammengelegt; Netze, Brücken, Gemeinsames und der Vergleich zweier Kreise zeigen, was dasselbe ist, als eines.
    A und B sind Adressen wie „actor/prognos-ag“.
    """
    if bool(entries) != bool(judgement) or (entries and len(entries) != 2) or (entries and withdrawn):
        raise click.UsageError(
            "Ein Urteil braucht zwei Einträge und --judgement same, different oder unsure."
        )
    home = edition(data_dir)
    if withdrawn or judgement:
        found = (
            withdraw_identity(home, withdrawn, reason, wait=WAIT)
            if withdrawn
            else judge_identity(
                home,
                IdentityDraft(
                    a=address(entries[0]),
                    b=address(entries[1]),
                    identity=judgement or "",
                    body=body,
                    role=role,
                    reason=reason,
                    on=on.date() if on else None,
                    visibility=visibility,
                ),
                wait=WAIT,
            )
        )
        click.echo(as_json(found.as_json()) if as_data else f"Urteil {found.id}: {found.sentence}")
        if found.visibility == "body":
            click.echo(f"Zu sehen: {found.seen_by}.", err=True)
        return
    store = chosen(home, public).read()
    if judged:
        decided = identity_judgements(store)
        if as_data:
            click.echo(as_json([one.as_json() for one in decided]))
            return
        show([_judged(one) for one in decided], "table", None, "")
        for one, other in disagreements(decided):
            click.echo(f"Widerspruch: {one.sentence} {other.sentence}")
        return
    some = proposals(store, named_district(store, district)[0].iri if district else "")
    if as_data:
        click.echo(as_json([proposal.as_json() for proposal in some]))
    elif some:
        show([_row(proposal) for proposal in some], "table", None, "")
    else:
        click.echo(
            "Nichts vorzuschlagen: für kein Paar gibt es einen Beleg, über den noch niemand geurteilt hat."
        )


def _row(proposal: Proposal) -> Row:
    return {
        "A": f"{proposal.a.label} ({proposal.a.iri.removeprefix(str(ID))})",
        "B": f"{proposal.b.label} ({proposal.b.iri.removeprefix(str(ID))})",
        "dafür": " ".join(evidence.sentence for evidence in proposal.evidence),
        "dagegen": " ".join(evidence.sentence for evidence in proposal.against),
        "Quelle": "; ".join(str(side.sources[0]) for side in (proposal.a, proposal.b) if side.sources),
    }


def _judged(judgement: IdentityJudgement) -> Row:
    return {
        "A": judgement.a.label,
        "B": judgement.b.label,
        "Urteil": IDENTITIES.get(judgement.identity, judgement.identity),
        "von": judgement.signature,
        "Grund": judgement.reason,
        "Stand": STATES[judgement.status],
        "Kennung": judgement.id,
    }
