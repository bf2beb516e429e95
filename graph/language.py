"""The language of whoever reads: German stands in the code, English comes from a catalogue (gettext).

`_("{count} Befunde").format(count=…)` is translated where it is shown; `N_("…")` marks a word of a constant that is
translated later by `_`. Catalogues lie in `graph/locale`; `make messages` writes them.
"""

import gettext
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Any, Generic, TypeVar, overload

LANGUAGES = {"de": "Deutsch", "en": "English"}
"""Each by its own name; the first is the language of the code."""
SOURCE = "de"
DOMAIN = "zukunftsgraph"

Value = TypeVar("Value")

_current: ContextVar[str] = ContextVar("language", default=SOURCE)


def language() -> str:
    """The language in force: `de` or `en`."""
    return _current.get()


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Puts another language in force inside of the block; one that we do not speak counts as German."""
    token = _current.set(lang if lang in LANGUAGES else SOURCE)
    try:
        yield
    finally:
        _current.reset(token)


def _(message: str) -> str:
    """The German message in the language in force."""
    return _catalogue(_current.get()).gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The message for one or for many, in the language in force."""
    return _catalogue(_current.get()).ngettext(one, many, count)


def N_(message: str) -> str:
    """The message as it is: marks a constant for the catalogue."""
    return message


class Later(str):
    """A German message that is translated where it is shown: who writes it does not know yet who reads it."""

    template: str
    values: Mapping[str, object]

    def __new__(cls, message: str, **values: object) -> "Later":
        text = super().__new__(cls, message.format(**values))
        text.template, text.values = message, values
        return text

    def said(self) -> str:
        """The message in the language in force; words among its values are translated too."""
        values = {name: _(value) if isinstance(value, str) else value for name, value in self.values.items()}
        return _(self.template).format(**values)


def best(labels: Mapping[str, str], otherwise: str = "") -> str:
    """Of the labels by language that of the language in force, else the German one, else one without a language,
    else any, else `otherwise` (such as the IRI)."""
    for lang in (_current.get(), SOURCE, ""):
        if labels.get(lang):
            return labels[lang]
    return next((labels[lang] for lang in sorted(labels) if labels[lang]), otherwise)


def preference(lang: str) -> int:
    """The place of a label in that language among others, the best first."""
    return 0 if lang == _current.get() else {SOURCE: 1, "": 2}.get(lang, 3)


class spoken(Generic[Value]):
    """A cached property with one value for each language."""

    def __init__(self, function: Callable[[Any], Value]) -> None:
        self._function, self.__doc__ = function, function.__doc__
        self._name, self._lock = "", threading.RLock()

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> "spoken[Value]": ...

    @overload
    def __get__(self, instance: object, owner: type | None = None) -> Value: ...

    def __get__(self, instance: object | None, owner: type | None = None) -> "spoken[Value] | Value":
        if instance is None:
            return self
        kept = self._of(instance)
        lang = _current.get()
        if lang not in kept:
            with self._lock:  # of many who ask at once, one computes
                if lang not in kept:
                    kept[lang] = self._function(instance)
        return kept[lang]

    def is_known(self, instance: object) -> bool:
        """Whether the value in the language in force has been computed."""
        return _current.get() in self._of(instance)

    def _of(self, instance: object) -> dict[str, Value]:
        kept: dict[str, Value] = instance.__dict__.setdefault(f"_spoken_{self._name}", {})
        return kept


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    if lang == SOURCE:
        return gettext.NullTranslations()
    with files("graph").joinpath("locale", lang, "LC_MESSAGES", f"{DOMAIN}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)
