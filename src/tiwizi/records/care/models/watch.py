"""What the watch found, and what somebody said to it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tiwizi.records.database.fields import minor


class Flag(models.Model):
    """Something that the watch found odd, with its figures; it decides nothing. A person dismisses it or sends the file
    to review. ``key`` names what was found within its kind, so that the next look finds it once."""

    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=120)
    claim = models.ForeignKey("care.Claim", models.PROTECT, null=True, related_name="+", db_constraint=False)
    person = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+", db_constraint=False)
    provider = models.ForeignKey("care.Provider", models.PROTECT, null=True, related_name="+", db_constraint=False)
    figures = models.JSONField()
    amount = minor()  # what is at stake
    found_on = models.DateField()
    state = models.CharField(max_length=10, default="open")
    answer = models.CharField(max_length=200, default="")
    answered_by = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="care_flag_once"),
            models.CheckConstraint(condition=Q(state__in=("open", "dismissed", "sent")), name="care_flag_state_known"),
            models.CheckConstraint(
                condition=Q(state="open") | Q(answered_by__isnull=False), name="care_flag_answered_by_somebody"
            ),
        ]
