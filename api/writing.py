"""Writing from the service: a change to the graph of judgements, made in the thread of its request.

The service opens the store for the moment of the write and closes it before it answers, as every writing command
does; so what was acknowledged is stored and shown, and no process holds the lock in between.
"""

from typing import Annotated

from fastapi import Depends, Request

from api.accounts import Role
from api.identity import Visitor, require
from graph.errors import Refused
from graph.home import Home

PATIENCE = 10.0
"""Seconds to wait for another writer, such as a `load` from the command line."""


def home(request: Request) -> Home:
    """The data directory that the service may write to. Raises `Refused` where it has none."""
    engine = request.app.state.engine
    if engine is None:
        raise Refused("Dieser Dienst nimmt keine Änderungen an.")
    found: Home = engine.home
    return found


Reviewer = Annotated[Visitor, Depends(require(Role.REVIEWER))]
Writable = Annotated[Home, Depends(home)]
