"""The people who work at a mutual, and what each of them says at the command line."""

from __future__ import annotations

from typing import Any

from tests.doors.cli.conftest import Said, Tiwizi

from tiwizi.doors.clock import days_ago
from tiwizi.rules.rib import key_of

STAFF = {
    "imane": ("desk_agent", "contributions_officer", "manager"), "karim": ("manager",), "salma": ("adjudicator",),
    "tariq": ("desk_agent",), "nadia": ("payment_preparer",), "omar": ("payment_approver",),
    "leila": ("treasurer",), "hicham": ("accountant",),
}  # fmt: skip
PRIVILEGED = ("manager", "payment_preparer", "payment_approver", "treasurer", "accountant")


class Office:
    """``office.says("imane", "intake", ..., days=7)``: what somebody does, so many days ago; it must go well."""

    def __init__(self, tiwizi: Tiwizi) -> None:
        self.tiwizi = tiwizi

    def says(self, who: str, *words: object, days: int = 0) -> Any:
        said = self.tries(who, *words, days=days)
        assert said.code == 0, said.out + said.err
        return said.json

    def tries(self, who: str, *words: object, days: int = 0) -> Said:
        with days_ago(days):
            return self.tiwizi(*words, "--as", who, "--json")

    def asks(self, *words: object) -> Any:
        """A question, which anybody may ask at this machine."""
        said = self.tiwizi(*words, "--json")
        assert said.code == 0, said.out + said.err
        return said.json

    def opens(self, *, days: int) -> None:
        """Two administrators, and everybody in their roles."""
        with days_ago(days):
            assert self.tiwizi("user", "first", "anna", "idir").code == 0
        for login, roles in STAFF.items():
            self.says("anna", "user", "create", login, "--name", login.title(), days=days)
            for role in roles:
                self.says("anna", "user", "grant", login, role, days=days)
                if role in PRIVILEGED:
                    self.says("idir", "user", "confirm", login, role, days=days)


def rib(number: int) -> str:
    first = f"011780{number:016d}"
    return first + key_of(first)
