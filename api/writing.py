"""Writing from the service: judgements, and changes of the crosswalk, made in the thread of their request.

The service opens the store for the moment of the write and closes it before it answers, as every writing command
does; so what was acknowledged is stored and shown, and no process holds the lock in between.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from api.accounts import Role
from api.identity import Required, Visitor, permitted, require
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


class RoleFirst(APIRoute):
    """A route that knows the visitor's role before it reads a byte of the body; FastAPI by itself reads it first."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler as FastAPI makes it, for those who may use it."""
        handle = super().get_route_handler()
        roles = [d.call.role for d in self.dependant.dependencies if isinstance(d.call, Required)]

        async def handle_permitted(request: Request) -> Response:
            for role in roles:
                permitted(request, role)
            return await handle(request)

        return handle_permitted


Editor = Annotated[Visitor, Depends(require(Role.EDITOR))]
Reviewer = Annotated[Visitor, Depends(require(Role.REVIEWER))]
Writable = Annotated[Home, Depends(home)]
