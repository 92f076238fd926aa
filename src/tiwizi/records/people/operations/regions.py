"""The regions of a mutual: its delegations, which roles are bound to and households lie in."""

from __future__ import annotations

from tiwizi.records.people.models import Region
from tiwizi.records.trail.former import keep_former
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused

LONGEST_CODE = 20


@operation("people.open_regions", need="people.describe_mutual")
def open_regions(act: Act, *, regions: list[list[str]]) -> int:
    """Regions, as (code, Arabic name, Latin name); those that are there already take the names, and what they were
    called is kept. How many are new. Refused: region_half_said."""
    act.within(None)
    act.about("regions", "all")
    new = 0
    for words in regions:
        code, name_ar, name_latin = (word.strip() for word in words)
        if not (code and name_ar and name_latin) or len(code) > LONGEST_CODE:
            raise Refused("region_half_said", code=code)
        names = {"name_ar": name_ar, "name_latin": name_latin}
        there = Region.objects.filter(code=code).first()
        if there is None:
            Region.objects.create(code=code, **names)
            new += 1
        elif (there.name_ar, there.name_latin) != (name_ar, name_latin):
            keep_former(act.by, "region", [(there.id, {"name_ar": there.name_ar, "name_latin": there.name_latin})])
            Region.objects.filter(id=there.id).update(**names)
    act.note(regions=[words[0].strip() for words in regions])
    return new
