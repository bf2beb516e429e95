"""One finding: both measures side by side, why, who takes part in both, and what bodies decided about it.

Reviewers judge here by a form; it goes the same way as a judgement by `/api/v1/judgements`.
"""

import functools
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from importlib import import_module
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from api.choice import my_district
from api.identity import Role, known
from api.judgements import (
    Completion,
    JudgementDraft,
    Withdrawal,
    post_completion,
    post_judgement,
    post_withdrawal,
)
from api.pages import READ, Here, Now, Seen
from api.service import Overlap, Reading, Shown
from api.templating import page, partial
from api.writing import Reviewer, RoleFirst, Writable
from graph.company import Companion, company
from graph.errors import Fault, InvalidData, Unknown
from graph.judgements import CLASSES, COURSES, Standing
from graph.language import N_, _
from graph.verdicts import LONGEST_NAME, LONGEST_REASON, VISIBILITIES
from queries import named

router = APIRouter(include_in_schema=False, route_class=RoleFirst)
FIELDS = ("kind", "course", "body", "role", "reason", "owner", "due", "on", "visibility")
"""What a judgement says, by the names of the form."""
EVENTS = {
    "recorded": N_("festgehalten"),
    "replaced": N_("ersetzt ein früheres"),
    "done": N_("erledigt"),
    "withdrawn": N_("zurückgenommen"),
}
"""What happened to a judgement."""
Of = Literal["lead", "involved"]
Text = Annotated[str, Form()]


@router.api_route("/ueberschneidungen/{identity}", methods=READ)
def case(
    request: Request,
    here: Here,
    seen: Seen,
    now: Now,
    identity: str,
    district: str = "",
    weg: Literal["", "lead", "involved"] = "",
) -> Response:
    """One finding, the measure of `district` (AGS) first; with `weg` also the way between those who lead or take
    part."""
    return _page(request, here, seen, now, identity, district=district, weg=weg)


@router.api_route("/ueberschneidungen/{identity}/weg", methods=READ)
def way_between(
    request: Request,
    here: Here,
    seen: Seen,
    now: Now,
    identity: str,
    district: str = "",
    of: Annotated[Of, Query()] = "lead",
) -> Response:
    """The way between the leads as a part of the page; whoever opens it by itself gets the whole page."""
    if not partial(request):
        root = str(request.scope.get("root_path", ""))
        query = urlencode({"district": district, "weg": of} if district else {"weg": of})
        return RedirectResponse(f"{root}/ueberschneidungen/{identity}?{query}#weg", 303)
    found = _turned(_finding(seen, now, identity), my_district(request, here, now, district))
    return page(request, "way.html", way=_way(now, found, of), overlap=found, of=of, district=district)


@router.post("/ueberschneidungen/{identity}")
def judge_it(
    request: Request,
    visitor: Reviewer,
    home: Writable,
    here: Here,
    seen: Seen,
    now: Now,
    identity: str,
    kind: Text = "",
    course: Text = "",
    body: Text = "",
    role: Text = "",
    reason: Text = "",
    owner: Text = "",
    due: Text = "",
    on: Text = "",
    visibility: Text = "internal",
    district: Text = "",
) -> Response:
    """Records a judgement and goes back to the finding; where something is wrong, the form says what."""
    said = dict(zip(FIELDS, (kind, course, body, role, reason, owner, due, on, visibility), strict=True))
    found = _finding(seen, now, identity)
    try:
        draft = _draft(said, found)
        post_judgement(request, visitor, home, draft)
    except (InvalidData, Unknown) as error:
        return _page(
            request, here, seen, now, identity, 422, district=district, said=said, faults=_texts(error)
        )
    return _back(request, identity, district, "gespeichert")


@router.post("/ueberschneidungen/{identity}/ruecknahme")
def withdraw_it(
    request: Request,
    visitor: Reviewer,
    home: Writable,
    here: Here,
    seen: Seen,
    now: Now,
    identity: str,
    judgement: Text,
    reason: Text = "",
    district: Text = "",
) -> Response:
    """Withdraws a judgement with a reason."""
    try:
        _longest(reason, _("Der Grund"), LONGEST_REASON)
        post_withdrawal(visitor, home, judgement, Withdrawal(reason=reason))
    except (InvalidData, Unknown) as error:
        return _page(
            request, here, seen, now, identity, 422, district=district, refused={judgement: _texts(error)}
        )
    return _back(request, identity, district, "zurueckgenommen")


@router.post("/ueberschneidungen/{identity}/erledigt")
def complete_it(
    request: Request,
    visitor: Reviewer,
    home: Writable,
    here: Here,
    seen: Seen,
    now: Now,
    identity: str,
    judgement: Text,
    on: Text = "",
    district: Text = "",
) -> Response:
    """Says that the course of a judgement has been carried out."""
    try:
        post_completion(visitor, home, judgement, Completion(on=_day(on, _("Der Tag"))))
    except (InvalidData, Unknown) as error:
        return _page(
            request, here, seen, now, identity, 422, district=district, refused={judgement: _texts(error)}
        )
    return _back(request, identity, district, "erledigt")


def _page(
    request: Request,
    here: Here,
    seen: Shown,
    now: Reading,
    identity: str,
    status: int = 200,
    *,
    district: str = "",
    weg: str = "",
    said: Mapping[str, str] | None = None,
    faults: Sequence[str] = (),
    refused: Mapping[str, Sequence[str]] | None = None,
) -> Response:
    own = my_district(request, here, now, district)
    found = _turned(_finding(seen, now, identity), own)
    visitor = known(request)
    may_judge = visitor is not None and visitor.may(Role.REVIEWER) and request.app.state.engine is not None
    standing = next((standing for standing in now.standings if standing.overlap == identity), None)
    return page(
        request,
        "overlap.html",
        status,
        overlap=found,
        district=district,
        company=_company(now, found),
        way=_way(now, found, weg) if weg else None,
        asked=bool(weg),
        of=weg or "lead",
        history=standing.with_history()["history"] if standing else [],
        judgements=standing.judgements if standing else (),
        standing=standing,
        may_judge=may_judge,
        bodies=_bodies(now, found) if may_judge else [],
        said=dict.fromkeys(FIELDS, "") | {"visibility": "internal"} | dict(said or {}),
        faults=faults,
        refused=refused or {},
        done=request.query_params.get("getan", ""),
        COURSES=COURSES,
        KINDS=CLASSES,
        VISIBILITIES=VISIBILITIES,
        EVENTS=EVENTS,
        longest_name=LONGEST_NAME,
        longest_reason=LONGEST_REASON,
    )


def _finding(seen: Shown, now: Reading, identity: str) -> Overlap:
    """The finding, or what was judged where the comparison does not find it (any more). Raises `Unknown`."""
    found = seen.overlap(identity)
    if found is not None:
        return found
    for standing in now.standings:
        if standing.overlap == identity and standing.judgements and len(standing.judgements[-1].sides) == 2:
            return _judged(now, standing)
    raise Unknown("Die Überschneidung", identity)


def _judged(now: Reading, standing: Standing) -> dict[str, Any]:
    """A pair that only people found related, in the form of a finding; what the comparison says is unknown."""
    last = standing.judgements[-1]
    sides = []
    for state in last.sides:
        item = now.inventory.items.get(state.iri)
        sides.append(
            {
                "iri": state.iri,
                "title": item.label if item else state.title or state.iri,
                "district": now.inventory.name(item.key) if item else "",
                "ags": item.key if item and item.key.isdigit() else "",
                "lead": [],
                "sources": list(item.sources) if item else [],
            }
        )
    return {
        "id": standing.overlap,
        "class": last.kind,
        "score": None,
        "confidence": None,
        "a": sides[0],
        "b": sides[1],
        "dimensions": [],
        "reason": "",
        "shared": [],
        "own_district": False,
        "decided": True,
        "rank": 0,
        **standing.as_json(),
    }


def _turned(found: Overlap, own: str) -> Overlap:
    """The finding with the side of the district first."""
    if found["b"]["ags"] == own != found["a"]["ags"]:
        return {**found, "a": found["b"], "b": found["a"]}
    return found


def _company(now: Reading, found: Overlap) -> list[Companion]:
    a, b = str(found["a"]["iri"]), str(found["b"]["iri"])
    with suppress(ValueError):
        return now.noted(("company", a, b), lambda: company(now.store, now.words, a, b))
    return []


def _way(now: Reading, found: Overlap, of: str) -> Any:
    """The way between both; None where one of them is no part of the network."""
    a, b = str(found["a"]["iri"]), str(found["b"]["iri"])
    if a not in now.network or b not in now.network:
        return None
    return now.kept(("way", a, b, of), lambda: import_module("graph.way").way(now.network, a, b, of))


def _bodies(now: Reading, found: Overlap) -> list[str]:
    """The names of the bodies of both districts, to choose from."""
    keys = {str(found[side]["ags"]) for side in ("a", "b")}
    names: dict[str, None] = {}
    for key in sorted(key for key in keys if key.isdigit() and len(key) == 5):
        make = functools.partial(named("bodies-of-a-district").select, now.store, {"district": key})
        rows = now.noted(("bodies", key), make)
        names |= dict.fromkeys(str(row["bodyLabel"]) for row in rows)
    return list(names)


def _draft(said: Mapping[str, str], found: Overlap) -> JudgementDraft:
    """What the form says. Raises `InvalidData` with every fault that the form itself can tell."""
    faults: list[Fault] = []
    days = {}
    for name, what in (("due", _("Die Frist")), ("on", _("Der Tag des Urteils"))):
        try:
            days[name] = _day(said[name], what)
        except InvalidData as error:
            faults += error.faults
    for name, what, longest in (
        ("body", _("Das Gremium"), LONGEST_NAME),
        ("role", _("Die Rolle"), LONGEST_NAME),
        ("owner", _("Die zuständige Stelle"), LONGEST_NAME),
        ("reason", _("Der Grund"), LONGEST_REASON),
    ):
        try:
            _longest(said[name], what, longest)
        except InvalidData as error:
            faults += error.faults
    if not said["kind"]:
        faults.append(Fault(_("Bitte wählen, wie die beiden zusammenhängen.")))
    if not said["course"]:
        faults.append(Fault(_("Bitte wählen, was daraus folgt.")))
    if faults:
        raise InvalidData(faults)
    try:
        return JudgementDraft.model_validate(
            {
                "overlap": found["id"],
                "class": said["kind"],
                **{name: said[name] for name in ("course", "body", "role", "reason", "owner", "visibility")},
                **days,
            }
        )
    except ValidationError as error:
        wrong = ", ".join(str(fault["loc"][-1]) for fault in error.errors())
        raise InvalidData(
            [Fault(_("Diese Angaben sind nicht zu verstehen: {names}.").format(names=wrong))]
        ) from error


def _day(text: str, what: str) -> date | None:
    """A day as a browser sends it or as people write it here. Raises `InvalidData`."""
    said = text.strip()
    if not said:
        return None
    parts = said.split(".")
    with suppress(ValueError):
        if len(parts) == 3:
            day, month, year = map(int, parts)
            return date(year, month, day)
        return date.fromisoformat(said)
    raise InvalidData([Fault(_("{what} ist kein Datum. Bitte so schreiben: 31.03.2027.").format(what=what))])


def _longest(text: str, what: str, most: int) -> None:
    if len(text) > most:
        fault = _("{what} ist zu lang; höchstens {most} Zeichen sind möglich.").format(what=what, most=most)
        raise InvalidData([Fault(fault)])


def _texts(error: InvalidData | Unknown) -> list[str]:
    return [fault.message for fault in error.faults] if isinstance(error, InvalidData) else [str(error)]


def _back(request: Request, identity: str, district: str, done: str) -> Response:
    """To the finding as it is now, which says what was done."""
    root = str(request.scope.get("root_path", ""))
    query = urlencode({"district": district, "getan": done} if district else {"getan": done})
    return RedirectResponse(f"{root}/ueberschneidungen/{identity}?{query}#stand", 303)
