"""Imports: what came in at once, as a record of its content, its totals, and how far it is."""

from __future__ import annotations

from django.db import models


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
