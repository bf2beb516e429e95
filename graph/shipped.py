"""The datasets that come with the package: reference data, five sources, pages by district, and the classification."""

from importlib.resources import as_file, files

from graph.authored import label_passages, read
from graph.dataset import Dataset
from graph.reference import reference_datasets

FOLDERS = ("sources", "pages")
CLASSIFICATION = "classification.yaml"
"""Themes, activity types and beneficiaries are an editor's assignment; it rests on the labels of all the others."""


def shipped_datasets() -> list[Dataset]:
    """Every shipped dataset, in an order in which each finds what it refers to.

    Raises `InvalidData` naming file and line where an authored file is wrong.
    """
    with as_file(files("graph") / "data") as data:
        authored = [read(path) for folder in FOLDERS for path in sorted((data / folder).glob("*.yaml"))]
        classification = data / CLASSIFICATION
        assigned = [read(classification, label_passages(authored))] if classification.exists() else []
    return [*reference_datasets(), *authored, *assigned]
