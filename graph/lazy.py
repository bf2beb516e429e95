"""Libraries that take long to import, paid for by who uses them first: `from graph.lazy import networkx as nx`.

Whoever starts the service or asks for a list should not wait for what only networks need.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any


class _Lazy(ModuleType):
    """Stands for a module that is imported when something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


if TYPE_CHECKING:
    import networkx as networkx
    import numpy as numpy
else:
    networkx, numpy = _Lazy("networkx"), _Lazy("numpy")
