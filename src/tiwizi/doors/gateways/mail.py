"""E-mail to the mutual's own office, by the SMTP server that the environment names (docs/host/notices.md)."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage


def send(*, number: int, to: str, subject: str, text: str) -> None:
    """Raises OSError, smtplib.SMTPException is one. A copy has the same Message-ID: whoever reads it sees it once."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    headers = {"Message-ID": f"<message-{number}@{domain}>", "Auto-Submitted": "auto-generated"}
    EmailMessage(subject, text, to=[to], headers=headers).send()
