"""The datasets that come with the package: reference data, sources, pages by district, an editor's assignments."""

from importlib.resources import as_file, files

from graph.authored import label_passages, read
from graph.dataset import Dataset
from graph.reference import reference_datasets

FOLDERS = ("sources", "pages")
ASSIGNED = ("classification.yaml", "crosswalk.yaml")
"""What an editor has assigned: themes, activity types and beneficiaries; action fields to shared themes. It rests on
the labels of all the others."""


def shipped_datasets() -> list[Dataset]:
    """Every shipped dataset, in an order in which each finds what it refers to.

    Raises `InvalidData` naming file and line where an authored file is wrong.
    """
    with as_file(files("graph") / "data") as data:
        authored = [read(path) for folder in FOLDERS for path in sorted((data / folder).glob("*.yaml"))]
        labels = label_passages(authored)
        assigned = [read(data / name, labels) for name in ASSIGNED]
    return [*reference_datasets(), *authored, *assigned]
