"""Codes of a second factor, guessed five times at most: failures are counted in the database, where all processes and
all places count together.

Passwords are counted by name and place, so that a stranger cannot lock a colleague out. Who is asked for a code has
already shown the password; codes are therefore counted by name alone, wherever they come from.
"""

from __future__ import annotations

from typing import Any
from unicodedata import digit

from allauth.account.forms import ChangePasswordForm
from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.db import transaction

from tiwizi.doors.look.templatetags.look import t

#: Beside the login, in the table of failures: a name of its own, so that a right password forgives no wrong code.
_MARK = "#code"


def counted_as(request: Any, credentials: dict[str, Any] | None = None) -> str | None:
    """The name under which failures are kept (AXES_USERNAME_CALLABLE): the door knows "Imane" as "imane"."""
    said = (credentials or {}).get("username") or ""
    return str(said).strip().casefold()[:255] or None


def counted_by(request: Any, credentials: dict[str, Any] | None = None) -> list[Any]:
    """By what failures add up (AXES_LOCKOUT_PARAMETERS)."""
    name = (credentials or {}).get("username") or getattr(request, "username", None) or ""
    return ["username"] if name.endswith(_MARK) else [["username", "ip_address"]]


class _Counted(forms.Form):
    """A code is taken while its failures are few, and once."""

    user: Any
    authenticator: Any

    def clean_code(self) -> str:
        request, name = context.request, {"username": f"{self.user.login}{_MARK}"}
        if not AxesProxyHandler.is_allowed(request, name):
            request.axes_locked_out = True
            raise forms.ValidationError(t("sign_in:wrong_code"))
        self.cleaned_data["code"] = _western(self.cleaned_data["code"])
        try:
            code: str = super().clean_code()  # type: ignore[misc]
            _spend(self.authenticator, code)
        except forms.ValidationError:
            AxesProxyHandler.user_login_failed(type(self), credentials=name, request=request)
            raise
        AxesProxyHandler.reset_attempts(username=name["username"])
        return code


class Authenticate(_Counted, AuthenticateForm):  # type: ignore[misc]
    """The code that signing in asks for."""


class Reauthenticate(_Counted, ReauthenticateForm):  # type: ignore[misc]
    """The code before money, accounts and roles."""


def _spend(authenticator: Any, code: str) -> None:
    """A code of an app opens once, in whichever process: what was used last is kept, and none before it is taken.

    Codes on paper spend themselves.
    """
    if authenticator.type != Authenticator.Type.TOTP:
        return
    with transaction.atomic():
        kept = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        secret, last = decrypt(kept.data["secret"]), kept.data.get("last", -1)
        shown = [count for count in yield_hotp_counters_from_time() if _shows(secret, count, code)]
        if not any(count > last for count in shown):
            raise forms.ValidationError(t("sign_in:wrong_code"))
        kept.data["last"] = authenticator.data["last"] = max(shown)
        kept.save(update_fields=["data"])


def _shows(secret: str, count: int, code: str) -> bool:
    return bool(compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, count))))


def _western(code: str) -> str:
    """A keyboard may write ٣ for 3."""
    return "".join(str(digit(letter)) if letter.isdigit() else letter for letter in code)


class ChangePassword(ChangePasswordForm):  # type: ignore[misc]
    """Guesses at the old password are counted as those at the door are."""

    def clean_oldpassword(self) -> str:
        from allauth.account.adapter import get_adapter

        said: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, said):
            raise get_adapter().validation_error("incorrect_password")
        return said
