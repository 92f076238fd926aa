"""Events in their chain, messages that wait to be sent, and what rows said before they were changed."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One act. Rows are only ever added; ``hash`` covers the row and the hash before it (chain.py)."""

    position = models.BigIntegerField(primary_key=True)  # 1, 2, 3 ... without a gap
    moment = models.BigIntegerField()  # microseconds since 1970, UTC
    user = models.BigIntegerField()  # people.User; 0: the clock
    verb = models.CharField(max_length=60)  # "people.enrol_member"
    subject = models.CharField(max_length=60)  # "household:81", "run:7"
    key = models.CharField(max_length=120, null=True)  # what the caller named the act by, so that it is done once
    request = models.BinaryField(max_length=32, null=True)  # digest of what was asked, where there is a key
    body = models.TextField()  # canonical JSON: the answer, and what the verb noted; no names, no diagnoses
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="trail_event_once_per_key")]
        indexes = [
            models.Index(fields=["subject"], name="trail_event_subject"),
            models.Index(fields=["user", "-position"], name="trail_event_user"),
            models.Index(fields=["moment"], name="trail_event_moment"),
            models.Index(fields=["verb", "moment"], name="trail_event_verb"),
            models.Index(fields=["user", "moment"], name="trail_event_user_moment"),
        ]


class Message(models.Model):
    """Something to tell the world once the act stands: the outbox. Sent at least once, under its own number."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="messages")
    topic = models.CharField(max_length=60)  # "bank_account.requested"
    body = models.JSONField()
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)  # not before; null: at once
    sent_at = models.DateTimeField(null=True)  # or given up: the last of its sendings says which

    class Meta:
        indexes = [models.Index(fields=["id"], condition=models.Q(sent_at=None), name="trail_message_waiting")]


class Sending(models.Model):
    """What came of an attempt to send a message; neither to whom nor what it said."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="sendings")
    at = models.DateTimeField()
    channel = models.CharField(max_length=10)  # "sms", "mail"
    outcome = models.CharField(max_length=10)  # "sent", "failed", "given_up"
    why = models.CharField(max_length=60, default="")  # "no_address", "too_old", the name of an error


class Verification(models.Model):
    """The chain is walked, or was, because somebody asked (walking.py): how far, and what came of it."""

    asked_by = models.BigIntegerField()  # people.User
    asked_at = models.DateTimeField()
    expected = models.CharField(max_length=90, default="")  # a head that was noted elsewhere: "4711 0a1b..."
    upto = models.BigIntegerField()  # the last position when it was asked for
    position = models.BigIntegerField(default=0)  # walked up to here
    rows = models.BigIntegerField(default=0)
    before = models.BinaryField(max_length=32)  # the hash of that position
    seen = models.BooleanField(default=False)  # whether the expected head was met
    faults = models.JSONField(default=list)  # [[position, why], ...]
    worker = models.CharField(max_length=120, default="")
    leased_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)


class Former(models.Model):
    """What a row said before it was changed, so that nothing is overwritten unseen. Outside the chain: it may hold
    names, which the law lets people have removed, and the chain must stand without them."""

    subject = models.CharField(max_length=60)  # "person:12", "cover:88"
    body = models.TextField()  # JSON: the fields that changed, as they were
    moment = models.BigIntegerField()  # microseconds since 1970, UTC: when it changed
    user = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["subject"], name="trail_former_subject")]
