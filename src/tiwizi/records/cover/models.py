"""Plans and tariffs in their versions, and the periods for which households and people are covered."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tiwizi.records.database.fields import code, link, minor, ordered


class Plan(models.Model):
    """What the tables of cover call a plan."""

    code = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="cover_plan_code")]


class PlanVersion(models.Model):
    """The text of a plan (TOML) as it was voted, approved, published, and takes effect. One proposes, another
    publishes (S6); a version is never changed, the next one takes its place. ``law``: the figures of its country's law
    as they were (the pack's law.toml), so that what was decided by it is explained by it for ever."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions")
    text = models.TextField()
    law = models.TextField(default="")
    digest = models.BinaryField(max_length=32)  # basis.plan_digest: SHA-256 of text and law
    voted_on = models.DateField(null=True)
    approved_on = models.DateField(null=True)
    published_on = models.DateField(null=True)
    effective_on = models.DateField()
    proposed_by = models.BigIntegerField()
    published_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "digest"], name="cover_planversion_once"),
            models.CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("proposed_by")), name="cover_planversion_two_people"
            ),
            models.CheckConstraint(
                condition=Q(published_by=None) | Q(published_on__isnull=False), name="cover_planversion_published_on"
            ),
            models.CheckConstraint(
                condition=Q(voted_on=None) | Q(approved_on=None) | Q(approved_on__gte=F("voted_on")),
                name="cover_planversion_voted_first",
            ),
        ]


class Act(models.Model):
    """An act or a medicine: what a line of a claim is for."""

    code = models.CharField(max_length=40)
    label_ar = models.CharField(max_length=300, default="")
    label_fr = models.CharField(max_length=300, default="")
    label_en = models.CharField(max_length=300, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="cover_act_code")]


class TariffVersion(models.Model):
    """Prices that came in together, on the day ``published_on``, brought by ``proposed_by``. They are in force once
    somebody else has signed them (TariffSignature); of those that are, the rows of the latest."""

    name = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=32)
    currency = models.CharField(max_length=3)
    published_on = models.DateField()
    proposed_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="cover_tariffversion_once")]


class TariffSignature(models.Model):
    """The second signature of a tariff (S6), and the day from which claims are decided by it. ``by`` is 0 for those
    that were there before a second one was asked for."""

    version = models.OneToOneField(TariffVersion, models.PROTECT, related_name="signature")
    by = models.BigIntegerField()
    on = models.DateField()
    at = models.DateTimeField()


class TariffRow(models.Model):
    """A price. Blanks are null; the units are those of docs/concepts/tables.md: minor units, thousandths, basis points.
    ``provider``: the provider's number where the row is that provider's own."""

    version = models.ForeignKey(TariffVersion, models.PROTECT, related_name="rows")
    act = models.ForeignKey(Act, models.PROTECT, related_name="+")
    category = models.CharField(max_length=60)
    letter = models.CharField(max_length=20, default="")
    coefficient = models.IntegerField(null=True)
    price = minor(null=True)
    reimbursement_base = minor(null=True)
    generic_base = minor(null=True)
    rate = models.IntegerField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    sector = code(null=True)
    provider = models.CharField(max_length=40, default="")
    anaesthesia = models.IntegerField(null=True)
    doubt = models.CharField(max_length=200, default="")
    source = models.CharField(max_length=200, default="")


class Cover(models.Model):
    """A plan that a household, or one person of it, has for a time. Not the same one twice on a day."""

    household = link("people.Household")
    person = link("people.Person", null=True)
    plan = link("cover.Plan")
    since = models.DateField()
    until = models.DateField(null=True)
    stage = code(default=0)
    joined = models.DateField()
    paid_until = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["household", "since"], name="cover_cover_household")]
        constraints = [
            ordered("since", "until", "cover_cover_period"),
            models.CheckConstraint(condition=Q(stage__range=(0, 1)), name="cover_cover_stage_known"),
        ]


class CoverRequest(models.Model):
    """A cover of a household that somebody asked for who may not start one: it begins once the contributions office
    says yes. ``cover``: what began; an answer without one is a no, with its ``reason``."""

    household = models.ForeignKey("people.Household", models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, models.PROTECT, db_index=False, related_name="+")
    since = models.DateField()
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    answered_by = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    cover = models.OneToOneField(Cover, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "plan"], condition=Q(answered_at=None), name="cover_request_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None, answered_at=None, cover=None, reason="")
                | Q(answered_by__isnull=False, answered_at__isnull=False, cover__isnull=False, reason="")
                | (Q(answered_by__isnull=False, answered_at__isnull=False, cover=None) & ~Q(reason="")),
                name="cover_request_answered_whole",
            ),
        ]
