"""How people sign in: nobody signs up, failures lock out for a while, and the codes of phones are kept encrypted."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

from allauth.account import views as account
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import lazy

from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.locale import catalogue
from tiwizi.records.people.operations.entry import confirm_factor_reset
from tiwizi.records.trail.gate import By

_lazily: Any = lazy(lambda key: t(f"sign_in:{key}"), str)


def _said(key: str) -> Any:
    """A text in the language of whoever reads it later."""
    return _lazily(key)


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _said("wrong_login"),
        "invalid_login": _said("wrong_login"),
        "incorrect_password": _said("wrong_password"),
        "enter_current_password": _said("wrong_password"),
        "incorrect_code": _said("wrong_code"),
        "account_inactive": _said("inactive"),
        "invalid_password_reset": _said("link_spent"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Users are created by an administrator, and confirmed by a second one."""
        return False

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *_: Any, **__: Any
    ) -> None:
        """What was done, in our words; who signs in or out sees it without being told."""
        key = "said_" + PurePosixPath(message_template or "").stem
        if key in catalogue("desk/sign_in", language()):
            messages.success(request, t(f"sign_in:{key}"))


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are encrypted with the house's secret."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": _said("wrong_code")}

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Tiwizi"}


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(sha256(b"second factor" + settings.SECRET_KEY.encode()).digest()))


def change_password(request: HttpRequest) -> HttpResponse:
    """Who has none yet is invited to set one, and has nothing to change."""
    if not request.user.has_usable_password():  # type: ignore[union-attr]
        return redirect("mfa_index")
    return account.password_change(request)  # type: ignore[no-any-return]


def displayed(user: Any) -> str:
    return str(user.name)


def locked_out(request: HttpRequest, *_: object, **__: object) -> HttpResponse:
    """Five failures of a name from one place: a quarter of an hour of nothing."""
    return render(request, "desk/fault.html", {"fault": "locked_out"}, status=429)


def invitation(login: str) -> str:
    """The address at which a user sets a password, once; it is good for three days. Raises User.DoesNotExist."""
    user = get_user_model().objects.get(login=login)
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    uidb36, _, token = key.partition("-")
    return settings.ADDRESS + reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})


def have_second_factor(users: Iterable[int]) -> set[int]:
    """Of these users, by number, those who have one."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return set(Authenticator.objects.filter(user__in=list(users), type__in=kinds).values_list("user_id", flat=True))


def forget_second_factor(by: By, *, login: str) -> int:
    """Two administrators want it: what somebody lost is taken away, and they are signed out everywhere. Raises
    Refused."""
    with transaction.atomic():
        user: int = confirm_factor_reset(by, login=login)
        Authenticator.objects.filter(user=user).delete()
        end_sessions(user)
    return user


def end_sessions(user: int) -> None:
    """Somebody is signed out everywhere."""
    for session in UserSession.objects.filter(user=user):
        session.end()
