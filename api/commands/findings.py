"""`overlaps`: what somebody else already does."""

from pathlib import Path

import click

from api.commands.check import finding_row, say_encoder
from api.commands.options import (
    Wanted,
    circle_option,
    district_option,
    limit_option,
    meant_district,
    tabular,
)
from api.findings import Findings
from api.home import chosen, data_dir_option, edition, public_option
from api.service import strongest


@click.command("overlaps", short_help="Was macht schon jemand anders? Die Überschneidungen eines Kreises.")
@district_option
@circle_option("Mit wem verglichen wird.")
@limit_option(50)
@tabular
@public_option
@data_dir_option
def overlaps_command(
    district: str, circle: str, limit: int, wanted: Wanted, public: bool, data_dir: Path
) -> None:
    """Zeigt, welche Maßnahmen des Kreises andere schon haben, warum, und wo es steht."""
    shown = chosen(edition(data_dir), public)
    meant = meant_district(shown.read(), district)
    kept = Findings(shown)
    found = strongest(kept.of(meant.key, circle), limit)
    wanted.give(found, [finding_row(finding) for finding in found], f"Überschneidungen {meant.label}")
    say_encoder(kept.encoder())
