"""One of each kind that an address can name, out of the reach of somebody who works for one region.

A page whose address names something says what in its row of access/*.toml: ``of = { number = "household" }``.
The mutual of the tests has no household in the region where nobody reaches them from.
"""

from __future__ import annotations

from collections.abc import Callable

from tiwizi.records.people.models import Household, User


def _household() -> object:
    return Household.objects.order_by("id").values_list("number", flat=True)[0]


def _passkey() -> object:
    """A key of somebody else."""
    from allauth.mfa.models import Authenticator

    owner = User.objects.order_by("id").first()
    return Authenticator.objects.create(user=owner, type=Authenticator.Type.WEBAUTHN, data={"name": "key"}).pk


FOREIGN: dict[str, Callable[[], object]] = {"household": _household, "passkey": _passkey}
