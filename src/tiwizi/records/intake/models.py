"""Imports: what came in at once, as a record of its content, its totals, and how far it is."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Import(models.Model):
    """Tables that came in together. ``digest`` is that of their content, so that the same content is one import,
    however often it is sent. ``counted`` and ``declared``: table -> [rows, sum of amounts in minor units or null], of
    what was read and of what the sender says. ``on``: the day from which facts that changed hold."""

    digest = models.BinaryField(max_length=32)
    source = models.CharField(max_length=40)
    on = models.DateField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, default="seen")
    counted = models.JSONField()
    declared = models.JSONField(null=True)
    outcome = models.JSONField(default=dict)  # table -> kind of effect ("new", "changed", "repair" ...) -> rows
    households = models.IntegerField(default=0)
    households_done = models.IntegerField(default=0)
    seen_by = models.BigIntegerField()
    seen_at = models.DateTimeField()
    accepted_by = models.BigIntegerField(null=True)
    accepted_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="intake_import_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=("seen", "posting", "posted")), name="intake_import_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="seen") | models.Q(accepted_by__isnull=False, declared__isnull=False),
                name="intake_import_accepted_by_somebody",
            ),
        ]


class Delivery(models.Model):
    """Sheets that somebody dropped at the desk. They lie in a folder of that name (kept.py) until they are posted or
    withdrawn, or too old; the rows to repair stay longer. A worker who reads or posts them holds a lease.

    ``sheets``: [{"file": what it is called where it comes from, "kept": as which it lies there, "tables": [...]}].
    ``preview``: what was read (delivering.py says what is in it); ``problem``: why it cannot be, {"key", "values"} of
    locale tables.toml. ``household``: of who brought or accepted it, whose family it does not touch (S3). ``follows``:
    the delivery whose rows to repair come back in this one.
    """

    folder = models.CharField(max_length=32)
    sheets = models.JSONField()
    on = models.DateField()
    currency = models.CharField(max_length=3)
    amounts_in = models.CharField(max_length=5, null=True)
    lang = models.CharField(max_length=2)
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="followers")
    state = models.CharField(max_length=10, default="arrived")
    imported = models.ForeignKey(Import, models.PROTECT, null=True, related_name="deliveries")
    preview = models.JSONField(default=dict)
    problem = models.JSONField(null=True)
    to_repair = models.IntegerField(default=0)
    brought_by = models.BigIntegerField()
    brought_at = models.DateTimeField()
    household = models.BigIntegerField(null=True)
    worker = models.CharField(max_length=60, default="")
    leased_until = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["state", "id"],
                condition=Q(state__in=("arrived", "seen", "posting", "failed", "stopped")),
                name="intake_delivery_open",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["folder"], name="intake_delivery_folder"),
            models.CheckConstraint(
                condition=Q(state__in=("arrived", "seen", "posting", "posted", "failed", "stopped", "withdrawn")),
                name="intake_delivery_state_known",
            ),
        ]


class Draft(models.Model):
    """A claim that somebody is typing, as it stands in their form. It is nobody's record: only its author reads it, it
    ends when it is sent, and after a week by itself (operations/drafts.py). ``key`` is the form's."""

    user = models.BigIntegerField()
    key = models.CharField(max_length=120)
    household = models.CharField(max_length=40)
    content = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="intake_draft_once")]
        indexes = [models.Index(fields=["saved_at"], name="intake_draft_age")]
