"""The letters of a batch, written in parts."""

from __future__ import annotations

from django.db import models


class LetterRun(models.Model):
    """The statements of all payments to members of a batch, written in parts that workers lease. ``tells_care``:
    whether who asked may read what the acts were; ``day``: that the letters bear."""

    batch = models.BigIntegerField()
    tells_care = models.BooleanField()
    day = models.DateField()
    letters = models.IntegerField()
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "tells_care"], name="care_letterrun_once")]


class LetterPart(models.Model):
    """Some payments of a run in their order (``orders``: ids as int64), and the PDF that their letters became: its
    digest in the folder of files, its bytes."""

    run = models.ForeignKey(LetterRun, models.PROTECT, db_index=False, related_name="parts")
    number = models.IntegerField()
    orders = models.BinaryField()
    letters = models.IntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    digest = models.BinaryField(max_length=32, null=True)
    size = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="care_letterpart_number")]
