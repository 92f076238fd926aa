"""The gate: one verb = permission + transaction + event, in one place.

    @operation("people.enrol_member", need="people.write")
    def enrol_member(act: Act, *, household: int, person: int, on: date) -> int:
        act.about("household", household)
        act.within(region)
        ...
        return membership.id

    enrol_member(By(user=7, grants=..., at=now, key="form-4711"), household=81, person=12, on=day)

A verb answers with plain values (numbers, texts, lists, dicts of them), never with a model: the answer is kept in its
event, and is what a repeated call with the same key is given. The same key with another request is refused.

A verb that has much to do is a plain function that calls several of these, each with a part of the work, so that nobody
else waits long; the last one has its key and its answer (docs/concepts/trail.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import wraps
from hashlib import sha256
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import transaction

from tiwizi.records.database.locks import take_turn
from tiwizi.records.trail.chain import Draft, append, canonical
from tiwizi.records.trail.models import Event
from tiwizi.records.trail.refusal import Refused
from tiwizi.records.trail.roles import Grant

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class By:
    """Who acts, when, and by which name the act is known. ``person`` and ``household``: who they are as members.
    ``opened``: the households whose care they read for an hour, who broke the glass (S8)."""

    user: int
    grants: tuple[Grant, ...]
    at: datetime
    key: str | None = None
    person: int | None = None
    household: int | None = None
    opened: frozenset[int] = frozenset()

    def may(self, permission: str) -> bool:
        return any(grant.allows(permission) for grant in self.grants)


@dataclass
class Act:
    """A verb at work."""

    by: By
    need: str
    subject: str = ""
    notes: dict[str, Any] = field(default_factory=dict)
    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    reached: bool = False

    @property
    def at(self) -> datetime:
        return self.by.at

    @property
    def day(self) -> date:
        """The day of the moment as the door gave it, in the door's own time zone."""
        return self.by.at.date()

    def about(self, kind: str, number: int | str) -> None:
        """What the event is about: "household:81"."""
        self.subject = f"{kind}:{number}"

    def within(self, region: int | None) -> None:
        """Refuse who may do this only elsewhere. A verb of a role with scope must say where it acts."""
        self.reached = True
        grants = [grant for grant in self.by.grants if grant.allows(self.need)]
        if not any(grant.region is None or grant.region == region for grant in grants):
            raise Refused("elsewhere", permission=self.need)

    def not_own(self, *households: int) -> None:
        """Refuse who acts on the file of their own family (S3)."""
        if self.by.household is not None and self.by.household in households:
            raise Refused("own_family")

    def note(self, **values: Any) -> None:
        """Something for the event: numbers and digests, never names or diagnoses, for an event is never removed."""
        self.notes |= values

    def say(self, topic: str, **body: Any) -> None:
        """A message to send once this stands."""
        self.messages.append((topic, json.loads(canonical(body))))


#: Events of the verbs that run inside the outermost one: they are written together, last, so that other writers wait
#: for the chain as briefly as can be.
_waiting: ContextVar[list[Draft] | None] = ContextVar("waiting", default=None)


def operation(verb: str, *, need: str) -> Callable[[Callable[Concatenate[Act, P], R]], Callable[Concatenate[By, P], R]]:
    """Make a function that does something into a verb that people may or may not do, once, and on record."""

    def make(do: Callable[Concatenate[Act, P], R]) -> Callable[Concatenate[By, P], R]:
        @wraps(do)
        def gated(by: By, /, *args: P.args, **kwargs: P.kwargs) -> R:
            assert not args, f"{verb} takes keywords after who acts"
            assert_allowed(by, verb, need=need)
            request = _digest(verb, kwargs) if by.key is not None else None
            outer = _waiting.get()
            with transaction.atomic():
                if by.key is not None and (done := _done_before(by, request)):
                    return json.loads(done.body)["answer"]  # type: ignore[no-any-return]
                events: list[Draft] = []
                token = _waiting.set(events)
                try:
                    act = Act(replace(by, key=None), need)
                    answer = do(act, *args, **kwargs)
                finally:
                    _waiting.reset(token)
                _assert_scope_asked(act, verb)
                body = {"answer": answer, **act.notes}
                events.append(Draft(by.at, by.user, verb, act.subject, body, act.messages, by.key, request))
                if outer is None:
                    append(events)
            if outer is not None:
                outer.extend(events)
            return answer

        gated.verb, gated.need = verb, need  # type: ignore[attr-defined]
        return gated

    return make


def assert_allowed(by: By, verb: str, *, need: str) -> None:
    """For a verb that asks much before it writes anything. Raises Refused."""
    if not by.may(need):
        raise Refused("not_allowed", verb=verb, permission=need)


def answered(by: By, verb: str, **asked: Any) -> Any:
    """What a verb has answered before under the key of who acts; None where it has not, or there is no key. For a verb
    that does its work in parts, before it begins. Raises Refused where something else was asked under the key."""
    if by.key is None:
        return None
    done = _event(by, _digest(verb, asked))
    return json.loads(done.body)["answer"] if done else None


def _digest(verb: str, kwargs: dict[str, Any]) -> bytes:
    return sha256(canonical([verb, kwargs]).encode()).digest()


def _done_before(by: By, request: bytes | None) -> Event | None:
    """The event of the same key. Raises Refused where something else was asked under it."""
    take_turn(f"key:{by.user}:{by.key}")
    return _event(by, request)


def _event(by: By, request: bytes | None) -> Event | None:
    done = Event.objects.filter(user=by.user, key=by.key).first()
    if done is not None and bytes(done.request or b"") != request:
        raise Refused("key_used", name=by.key)
    return done


def _assert_scope_asked(act: Act, verb: str) -> None:
    """Who may act in one region only, acts where the verb has said where: else the verb has a hole."""
    everywhere = any(grant.region is None for grant in act.by.grants if grant.allows(act.need))
    assert everywhere or act.reached, f"{verb} did not say in which region it acts"
