"""Claims with their lines, runs with their shards, decisions and what they correct.

Registers are positions (rules.terms); amounts are minor units, quantities thousandths. Ids of claims and lines that
come in together follow the order of households, so that a run reads them in one sweep.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, Value

from tiwizi.records.care.models.letters import LetterPart as LetterPart
from tiwizi.records.care.models.letters import LetterRun as LetterRun
from tiwizi.records.care.models.watch import Flag as Flag
from tiwizi.records.database.fields import code, link, minor, ordered
from tiwizi.records.people.models import Touch as Touch
from tiwizi.records.trail.two_people import WAITS, Asked

#: Steps of a plan that a decision has room for.
STEPS = 4


class Provider(models.Model):
    """Who gives care. ``number``: INPE in Morocco; ``ice``: of the firm that invoices, 15 digits, where it has one.
    ``payee``: where third-party payments go."""

    number = models.CharField(max_length=40)
    name_ar = models.CharField(max_length=200, default="")
    name_latin = models.CharField(max_length=200, default="")
    sector = code(default=2)
    level = code(default=3)
    specialty = models.CharField(max_length=100, null=True)
    town = models.CharField(max_length=100, null=True)
    ice = models.CharField(max_length=15, null=True)
    payee = models.ForeignKey("people.Payee", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="care_provider_number")]


class Agreement(models.Model):
    """What the mutual and a provider agreed on, for a time."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="agreements")
    network = code(default=0)
    third_party_payment = models.BooleanField(default=False)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [ordered("since", "until", "care_agreement_period")]


class Claim(models.Model):
    """A file ("dossier") of a household, as it was handed in. The attributes are those of terms.CLAIM_ATTRIBUTES."""

    number = models.CharField(max_length=40)
    household = link("people.Household")
    provider = link("care.Provider", null=True)
    sector = code(default=2)
    level = code(default=3)
    setting = code(default=0)
    overnight = code(default=0)
    visit = code(default=0)
    network = code(default=0)
    payee = code(default=0)
    approval = models.CharField(max_length=40, default="")  # number of the prior approval
    care_from = models.DateField(null=True)
    care_to = models.DateField(null=True)
    received = models.DateField()
    channel = models.CharField(max_length=20, default="")
    episode = models.CharField(max_length=40, default="")

    class Meta:
        indexes = [
            models.Index(fields=["household"], name="care_claim_household"),
            models.Index(fields=["received"], name="care_claim_received"),
            models.Index(fields=["provider", "id"], name="care_claim_provider"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="care_claim_number"),
            models.CheckConstraint(
                condition=Q(care_to=None) | Q(care_from=None) | Q(care_to__gte=F("care_from")), name="care_claim_care"
            ),
        ]


class ClaimLine(models.Model):
    """One act. What was claimed never changes: a reviewer's quantity and price stand beside it, and a line that was
    wrong is withdrawn and comes in again under another number. ``number`` ranks the lines of a claim as the tables
    rank them; ``label`` is what the sender calls the line, where that is not the number. ``receipt``: the number of the
    provider's receipt or invoice, as it was written; ``receipt_compared``: as it is compared (receipts.py)."""

    claim = link("care.Claim")
    number = models.IntegerField()
    label = models.CharField(max_length=40, null=True)
    person = link("people.Person")
    day = models.DateField()
    act = link("cover.Act")
    quantity = models.IntegerField()
    unit_price = minor(null=True)
    billed = minor()
    session = models.SmallIntegerField(default=0)
    receipt = models.CharField(max_length=40, null=True)
    receipt_compared = models.CharField(max_length=80, null=True)
    quantity_approved = models.IntegerField(null=True)
    price_approved = minor(null=True)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        db_table = "care_line"
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="care_line_number"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="care_line_quantity"),
            models.CheckConstraint(condition=Q(billed__gte=0), name="care_line_billed"),
        ]
        #: What was filed by the same receipt is asked for while a file is typed; most lines may have none.
        indexes = [
            models.Index(
                fields=["receipt_compared"], condition=Q(receipt_compared__isnull=False), name="care_line_receipt"
            )
        ]


class Withdrawal(models.Model):
    """Why a line is no longer claimed, once and for good."""

    line = models.OneToOneField(ClaimLine, models.PROTECT, related_name="withdrawal", db_constraint=False)
    reason = models.CharField(max_length=200)
    by = models.BigIntegerField()
    at = models.DateTimeField()


class Reported(models.Model):
    """What another payer says it paid for a line."""

    line = link("care.ClaimLine")
    layer = models.CharField(max_length=40)
    paid = minor()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "layer"], name="care_reported_once"),
            models.CheckConstraint(condition=Q(paid__gte=0), name="care_reported_paid"),
        ]


class Run(models.Model):
    """All that waits, decided in one sweep: shards of households that workers lease. One at a time. By which plan and
    tariff it decided stays with it.

    It decides the households of the touches after ``touched_after`` up to ``touched_upto``; one that decides a single
    household at the desk has neither touches nor shards, and is done when it begins.
    """

    plan_version = models.ForeignKey("cover.PlanVersion", models.PROTECT, related_name="+")
    tariff_version = models.ForeignKey("cover.TariffVersion", models.PROTECT, related_name="+")
    day = models.DateField()
    state = models.CharField(max_length=10, default="waiting")
    touched_after = models.BigIntegerField()
    touched_upto = models.BigIntegerField()
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "working", "done", "cancelled")), name="care_run_state_known"
            ),
            models.CheckConstraint(condition=Q(touched_upto__gte=F("touched_after")), name="care_run_touched"),
        ]


class Shard(models.Model):
    """Households of a run that are decided in one transaction: ``members``, their ids as int64, ascending. Whoever
    holds the lease works; a lease that ran out is anybody's. What it did is counted in the transaction that did it."""

    run = models.ForeignKey(Run, models.PROTECT, db_index=False, related_name="shards")
    number = models.IntegerField()
    first_household = models.BigIntegerField()
    last_household = models.BigIntegerField()
    members = models.BinaryField()
    state = models.CharField(max_length=10, default="waiting")
    worker = models.CharField(max_length=60, default="")
    leased_until = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    households = models.IntegerField(default=0)
    claims = models.IntegerField(default=0)
    lines = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)  # lines with a new decision
    billed = minor(default=0)
    paid = minor(default=0)
    reductions = minor(default=0)
    share = minor(default=0)
    digest = models.BinaryField(max_length=32, null=True)  # of the decisions that it wrote
    #: Of its lines, by the state in which they stand now: rules.terms.STATES.
    lines_paid = models.IntegerField(null=True)
    lines_reduced = models.IntegerField(null=True)
    lines_refused = models.IntegerField(null=True)
    lines_to_review = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="care_shard_number"),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "leased", "done", "parked")), name="care_shard_state_known"
            ),
            models.CheckConstraint(condition=Q(last_household__gte=F("first_household")), name="care_shard_households"),
            models.CheckConstraint(
                condition=Q(billed=F("paid") + F("reductions") + F("share")), name="care_shard_three_sums"
            ),
        ]


class Decision(models.Model):
    """What was decided about a line, the first, second ... time: the last number is what stands. Never changed.

    ``paid_1`` to ``paid_4`` are the plan's steps; ``chosen`` holds for each step one byte, the layer that decided it or
    255 (decision.py packs and unpacks it, and ``trail``).
    """

    pk = models.CompositePrimaryKey("line_id", "number")
    line = link("care.ClaimLine")
    number = models.SmallIntegerField()
    run = link("care.Run")
    state = code()
    reasons = models.BigIntegerField()
    billed = minor()
    paid_1 = minor()
    paid_2 = minor()
    paid_3 = minor()
    paid_4 = minor()
    chosen = models.BigIntegerField()
    reductions = minor()
    share = minor()
    trail = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    billed=F("paid_1") + F("paid_2") + F("paid_3") + F("paid_4") + F("reductions") + F("share")
                ),
                name="care_decision_three_sums",
            ),
            models.CheckConstraint(
                condition=Q(
                    paid_1__gte=0, paid_2__gte=0, paid_3__gte=0, paid_4__gte=0, reductions__gte=0, share__gte=0
                ),
                name="care_decision_not_negative",
            ),
            models.CheckConstraint(condition=Q(state__range=(0, 3)), name="care_decision_state_known"),
        ]
        #: Of 1.5 million decisions the few that wait for a person.
        indexes = [models.Index(fields=["line", "number"], condition=Q(state=3), name="care_decision_to_review")]


class Correction(models.Model):
    """A claim that is decided otherwise than it is booked, in minor units before and after. It waits until somebody has
    seen it and books it; a later decision on the claim takes its place."""

    claim = link("care.Claim")
    run = models.ForeignKey(Run, models.PROTECT, related_name="corrections")
    before = minor()
    after = minor()
    state = models.CharField(max_length=10, default="waiting")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "run"], name="care_correction_once"),
            models.UniqueConstraint(fields=["claim"], condition=Q(state="waiting"), name="care_correction_one_waits"),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "booked", "replaced")), name="care_correction_state_known"
            ),
            models.CheckConstraint(condition=Q(before__gte=0, after__gte=0), name="care_correction_not_negative"),
        ]


class Review(models.Model):
    """A reviewer's quantity and price for a line, the first, second ... time. The last stands on the line itself."""

    line = link("care.ClaimLine")
    number = models.SmallIntegerField()
    quantity = models.IntegerField(null=True)
    price = minor(null=True)
    reason = models.CharField(max_length=200)
    cause = models.CharField(max_length=30, null=True)  # one of reviewing.CAUSES, which a letter can cite
    by = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "number"], name="care_review_number")]


class PriorApproval(models.Model):
    """Care that was asked for before it is given. Without an answer by ``deadline`` somebody is reminded."""

    number = models.CharField(max_length=40)
    household = models.ForeignKey("people.Household", models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, models.PROTECT, null=True, related_name="+")
    act = models.ForeignKey("cover.Act", models.PROTECT, null=True, related_name="+")
    quantity = models.IntegerField(null=True)
    amount = minor(null=True)
    asked_on = models.DateField()
    deadline = models.DateField()
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    state = models.CharField(max_length=10, default="asked")
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    #: What was approved of what was asked, null where it is that; and what was said to it.
    quantity_approved = models.IntegerField(null=True)
    amount_approved = models.BigIntegerField(null=True)
    answer = models.CharField(max_length=200, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="care_approval_number"),
            models.CheckConstraint(condition=Q(deadline__gte=F("asked_on")), name="care_approval_deadline"),
            models.CheckConstraint(
                condition=Q(state__in=("asked", "approved", "refused", "expired", "withdrawn")),
                name="care_approval_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "refused")) | Q(decided_by__isnull=False),
                name="care_approval_decided_by_somebody",
            ),
        ]


class Appeal(models.Model):
    """A member does not agree. Somebody other than who decided answers by ``deadline``."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+", db_constraint=False)
    raised_on = models.DateField()
    deadline = models.DateField()
    grounds = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default="raised")
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("raised", "upheld", "rejected", "withdrawn")), name="care_appeal_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("upheld", "rejected")) | Q(decided_by__isnull=False),
                name="care_appeal_decided_by_somebody",
            ),
        ]


class Task(models.Model):
    """A file that one reviewer has at hand until a moment, so that two do not do the same."""

    claim = models.OneToOneField(Claim, models.PROTECT, related_name="+", db_constraint=False)
    holder = models.BigIntegerField()
    until = models.DateTimeField()


class Recheck(models.Model):
    """A file that somebody wants looked at again, whatever its decisions say: an appeal that was upheld, a flag of the
    watch, a second opinion that differs, an answer that takes a second person. Open until a reviewer has closed it."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+", db_constraint=False)
    cause = models.CharField(max_length=60)  # "appeal:3", "flag:12", "opinion:7", "limit:5"
    reason = models.CharField(max_length=200)
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    closed_by = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["claim"], condition=Q(closed_at=None), name="care_recheck_open")]
        constraints = [models.UniqueConstraint(fields=["claim", "cause"], name="care_recheck_once")]


class ReviewLimit(Asked):
    """The most that one reviewer's answer may have paid on a file, or none: asked for by one manager and confirmed by
    another; the last one confirmed holds (S7)."""

    amount = minor(null=True)

    class Meta(Asked.Meta):
        constraints = [
            *Asked.Meta.constraints,
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="care_reviewlimit_amount"),
            models.UniqueConstraint(Value(1), condition=WAITS, name="care_reviewlimit_one_waits"),
        ]


class HeldAnswer(models.Model):
    """A reviewer's answer that would have more paid on a file than the limit: it counts once a second person keeps it.
    ``lines``: what it leaves of them (operations.review_files.Left); ``pays``, ``limit``: minor units."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+", db_constraint=False)
    lines = models.JSONField()
    pays = minor()
    limit = minor()
    answered_by = models.BigIntegerField()
    answered_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="waiting")
    ended_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim"], condition=Q(state="waiting"), name="care_heldanswer_one_waits"),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "kept", "returned")), name="care_heldanswer_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="kept") | (Q(ended_by__isnull=False) & ~Q(ended_by=F("answered_by"))),
                name="care_heldanswer_two_people",
            ),
        ]


class Sample(models.Model):
    """Decided lines drawn for a second opinion: so many of each stratum of amounts, by a seed that draws the same lines
    again. ``population``, ``drawn``: lines by stratum."""

    seed = models.BigIntegerField()
    share = models.IntegerField()  # basis points
    since = models.DateField()
    until = models.DateField()
    population = models.JSONField()
    drawn = models.JSONField()
    by = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(share__range=(1, 10_000)), name="care_sample_share")]


class Opinion(models.Model):
    """A line of a sample, by the decision that was drawn, and what a second reviewer says of it."""

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="opinions")
    line = link("care.ClaimLine")
    decision = models.SmallIntegerField()
    stratum = models.SmallIntegerField()
    verdict = models.CharField(max_length=10, default="waiting")
    note = models.CharField(max_length=200, default="")
    by = models.BigIntegerField(null=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "line"], name="care_opinion_once"),
            models.CheckConstraint(
                condition=Q(verdict="waiting", by=None) | Q(verdict__in=("same", "otherwise"), by__isnull=False),
                name="care_opinion_by_somebody",
            ),
        ]


class Worker(models.Model):
    """A process that decides shards, and when it was last seen looking for some."""

    name = models.CharField(max_length=60, unique=True)
    seen_at = models.DateTimeField()
