"""Those who give care, and what the mutual agreed on with them."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from tiwizi.records.care.models import Agreement, Provider
from tiwizi.records.database.locks import take_turn
from tiwizi.records.people.models import Payee
from tiwizi.records.people.reach import word
from tiwizi.records.trail.former import keep_former
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused, one_of

ICE_DIGITS = 15


@operation("care.register_provider", need="care.write_providers")
def register_provider(
    act: Act, *, number: str, name_ar: str = "", name_latin: str = "", sector: str = "other", level: str = "other",
    specialty: str = "", town: str = "", ice: str = "",
) -> int:  # fmt: skip
    """A provider by number (INPE in Morocco), payable under the latin name; one that claims named already gets it, and
    what was said before is kept. ``ice``: of the firm, 15 digits. Its id. Refused: ice, provider_without_number."""
    act.within(None)
    number, ice = number.strip(), "".join(ice.split())
    if not number:
        raise Refused("provider_without_number")
    if ice and not (len(ice) == ICE_DIGITS and ice.isascii() and ice.isdigit()):
        raise Refused("ice", digits=ICE_DIGITS)
    told = {
        "name_ar": name_ar,
        "name_latin": name_latin,
        "sector": word("sector", sector),
        "level": word("level", level),
        "specialty": specialty.strip() or None,
        "town": town.strip() or None,
        "ice": ice or None,
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


@operation("care.agree", need="care.agree")
def agree(
    act: Act, *, provider: int, network: str, third_party_payment: bool, since: date, until: date | None = None
) -> int:
    """What the mutual and a provider agreed on from a day on. Refused: period_crosses. Its id."""
    act.within(None)
    act.about("provider", provider)
    take_turn(f"provider:{provider}")
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


@operation("care.end_agreement", need="care.agree")
def end_agreement(act: Act, *, agreement: int, until: date) -> int:
    """What was agreed on holds to before a day; another may begin on it. Its id. Refused: ends_before_it_began,
    ended_already."""
    act.within(None)
    held = one_of(Agreement.objects.select_for_update().filter(id=agreement), "agreement", agreement)
    act.about("provider", held.provider_id)
    if until <= held.since:
        raise Refused("ends_before_it_began", since=held.since)
    if held.until is not None:
        raise Refused("ended_already", since=held.since)
    keep_former(act.by, "agreement", [(agreement, {"until": None})])
    Agreement.objects.filter(id=agreement).update(until=until)
    act.note(agreement=agreement, until=until)
    return agreement
