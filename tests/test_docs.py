"""The documentation tells what is so."""

import re
from pathlib import Path

import click
import pytest

from api import reference
from api.cli import COMMANDS, main
from queries import names

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("page", ["commands.md", "queries.md", "settings.md"])
def test_generated_pages_are_fresh(page: str) -> None:
    assert (ROOT / "docs" / "reference" / page).read_text("utf-8") == reference.pages()[page], "make format"


def test_every_question_is_promised() -> None:
    promised = set(
        re.findall(r"`([a-z0-9-]+)`", (ROOT / "docs" / "competency-questions.md").read_text("utf-8"))
    )
    assert set(names()) <= promised
    assert promised <= {*names(), *COMMANDS}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself_in_german_and_takes_a_data_directory(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.help
    assert command.short_help
    assert "--data-dir" in {option for parameter in command.params for option in parameter.opts}
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"


def test_links_between_pages_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_make_run_and_make_test_are_the_readmes_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert "make run" in text
    assert "make test" in text
