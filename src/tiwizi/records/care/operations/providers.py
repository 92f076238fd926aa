"""Those who give care, and what the mutual agreed on with them."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from tiwizi.records.care.models import Agreement, Provider
from tiwizi.records.people.models import Payee
from tiwizi.records.people.reach import word
from tiwizi.records.trail.former import keep_former
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused


@operation("care.register_provider", need="care.receive")
def register_provider(
    act: Act, *, number: str, name_ar: str = "", name_latin: str = "", sector: str = "other", level: str = "other"
) -> int:
    """A provider by number (INPE in Morocco), payable under the latin name; one that claims named already gets it, and
    what was said before is kept. Its id."""
    act.within(None)
    told = {
        "name_ar": name_ar,
        "name_latin": name_latin,
        "sector": word("sector", sector),
        "level": word("level", level),
    }
    provider = Provider.objects.filter(number=number).first()
    if provider is None:
        payee = Payee.objects.create(name=(name_latin or name_ar or number)[:140])
        provider = Provider.objects.create(number=number, payee=payee, **told)
    else:
        keep_former(act.by, "provider", [(provider.id, {name: getattr(provider, name) for name in told})])
        Provider.objects.filter(id=provider.id).update(**told)
        if name_latin and provider.payee_id is not None:
            Payee.objects.filter(id=provider.payee_id).update(name=name_latin[:140])
    act.about("provider", provider.id)
    return provider.id


@operation("care.agree", need="care.receive")
def agree(
    act: Act, *, provider: int, network: str, third_party_payment: bool, since: date, until: date | None = None
) -> int:
    """What the mutual and a provider agreed on from a day on. Refused: period_crosses. Its id."""
    act.within(None)
    act.about("provider", provider)
    if not Provider.objects.filter(id=provider).exists():
        raise Refused("no_such", what="provider", number=provider)
    if until is not None and until <= since:
        raise Refused("ends_before_it_began", since=since)
    crossing = Agreement.objects.filter(provider_id=provider).filter(Q(until=None) | Q(until__gt=since))
    if (crossing if until is None else crossing.filter(since__lt=until)).exists():
        raise Refused("period_crosses")
    return Agreement.objects.create(
        provider_id=provider, network=word("network", network), third_party_payment=third_party_payment, since=since,
        until=until,
    ).id  # fmt: skip
