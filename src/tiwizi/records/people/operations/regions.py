"""The regions of a mutual: its delegations, which roles are bound to and households lie in."""

from __future__ import annotations

from tiwizi.records.people.models import Region
from tiwizi.records.trail.gate import Act, operation


@operation("people.open_regions", need="people.describe_mutual")
def open_regions(act: Act, *, regions: list[list[str]]) -> int:
    """Regions, as (code, Arabic name, Latin name); those that are there already take the names. How many are new."""
    act.within(None)
    act.about("regions", "all")
    new = 0
    for code, name_ar, name_latin in regions:
        _, is_new = Region.objects.update_or_create(code=code, defaults={"name_ar": name_ar, "name_latin": name_latin})
        new += is_new
    return new
