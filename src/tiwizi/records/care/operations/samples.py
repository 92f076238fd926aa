"""Second opinions: lines drawn from what was decided, and what a second reviewer says of each."""

from __future__ import annotations

from datetime import date

from tiwizi.records.care.models import ClaimLine, Opinion, Review, Sample
from tiwizi.records.care.operations.tasks import ask_recheck
from tiwizi.records.care.sampling import drawn, stratum_of
from tiwizi.records.database.columns import read_columns
from tiwizi.records.database.locks import take_turn
from tiwizi.records.people.reach import reach_household
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused, one_of
from tiwizi.rules.money import RATE_SCALE

#: More than a mutual's reviewers look at twice.
MOST = 2_000
#: Lines that somebody was billed for and that wait for nobody, by the decision that stands.
_DECIDED = """SELECT d.line_id AS line, d.number AS number, d.billed AS billed FROM care_decision d
    JOIN care_run r ON r.id = d.run_id WHERE r.day >= %s AND r.day < %s AND d.state <> 3 AND d.billed > 0
    AND NOT EXISTS (SELECT 1 FROM care_decision n WHERE n.line_id = d.line_id AND n.number = d.number + 1)"""


@operation("care.draw_sample", need="care.review")
def draw_sample(act: Act, *, since: date, until: date, share: int, seed: int) -> int:
    """Draw a share (basis points) of the lines that runs decided from one day up to another, which is no longer meant;
    the sample's id. Refused: ends_before_it_began, sample_share, nothing_to_draw, sample_too_large."""
    act.within(None)
    if until <= since:
        raise Refused("ends_before_it_began", since=since)
    if not 0 < share <= RATE_SCALE:
        raise Refused("sample_share")
    rows = read_columns(_DECIDED, {"line": "int", "number": "int", "billed": "int"}, [since, until])
    if len(rows["line"]) == 0:
        raise Refused("nothing_to_draw", since=since, until=until)
    places, population, wanted = drawn(rows["line"], rows["billed"], share=share, seed=seed)
    if len(places) > MOST:
        raise Refused("sample_too_large", count=len(places), most=MOST)
    sample = Sample.objects.create(
        seed=seed, share=share, since=since, until=until, population=population.tolist(), drawn=wanted.tolist(),
        by=act.by.user, at=act.at,
    )  # fmt: skip
    strata = stratum_of(rows["billed"])
    Opinion.objects.bulk_create(
        Opinion(sample=sample, line_id=int(rows["line"][at]), decision=int(rows["number"][at]), stratum=int(strata[at]))
        for at in places.tolist()
    )
    act.about("sample", sample.id)
    act.note(seed=seed, population=sample.population, drawn=sample.drawn)
    return sample.id


@operation("care.give_opinion", need="care.review")
def give_opinion(act: Act, *, opinion: int, same: bool, note: str = "") -> str:
    """Whether a second reviewer would have decided the line the same way; the verdict. Otherwise, with a note of how,
    its file is looked at again. Refused: own_decision to who reviewed the line, no_reason, opinion_given."""
    take_turn(f"opinion:{opinion}")
    held = one_of(Opinion.objects.filter(id=opinion), "opinion", opinion)
    line = ClaimLine.objects.select_related("claim").get(pk=held.line_id)
    reach_household(act, line.claim.household_id)
    act.about("claim", line.claim_id)
    if held.verdict != "waiting":
        raise Refused("opinion_given")
    if Review.objects.filter(line=line, by=act.by.user).exists():
        raise Refused("own_decision")
    if not same and not note.strip():
        raise Refused("no_reason")
    held.verdict, held.note = "same" if same else "otherwise", note[:200]
    held.by, held.at = act.by.user, act.at
    held.save(update_fields=["verdict", "note", "by", "at"])
    if not same:
        ask_recheck(act, line.claim_id, f"opinion:{opinion}", note)
    act.note(opinion=opinion, verdict=held.verdict)
    return held.verdict
