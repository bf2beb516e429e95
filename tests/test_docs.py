"""The documentation tells what is so."""

import re
from pathlib import Path

import click
import pytest

from api import reference
from api.cli import COMMANDS, main
from queries import named, names

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("page", ["commands.md", "queries.md", "settings.md"])
def test_generated_pages_are_fresh(page: str) -> None:
    assert (ROOT / "docs" / "reference" / page).read_text("utf-8") == reference.pages()[page], "make format"


def test_every_promise_has_its_question_and_every_question_is_promised_once_in_the_same_words() -> None:
    text = (ROOT / "docs" / "competency-questions.md").read_text("utf-8")
    promises = [
        (by, said) for said, by in re.findall(r"^\| (.+?\?) \| `([a-z0-9-]+)` \|$", text, re.MULTILINE)
    ]
    assert len(promises) == len(dict(promises)) == text.count("\n| ") - text.count("| beantwortet von |")
    assert {by: said for by, said in promises if by not in COMMANDS} == {
        n: named(n).question for n in names()
    }


LEAVES = {name: command for name, command, _ in reference.leaves(main, click.Context(main))}


def test_every_command_can_be_called() -> None:
    assert {name.split()[0] for name in LEAVES} == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_every_command_explains_itself_in_german_and_takes_a_data_directory(name: str) -> None:
    command = LEAVES[name]
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
