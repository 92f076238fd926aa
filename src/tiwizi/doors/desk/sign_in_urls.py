"""The addresses of signing in, of second factors and of sessions: allauth's, less those of e-mail and signing up."""

from allauth.account import views
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path

_OPEN = {
    "login/": (views.login, "account_login"),
    "logout/": (views.logout, "account_logout"),
    "inactive/": (views.account_inactive, "account_inactive"),
    "password/done/": (views.password_reset_from_key_done, "account_reset_password_from_key_done"),
    "password/asked/": (views.password_reset_done, "account_reset_password_done"),
}
urlpatterns = [
    *(path(address, login_not_required(view), name=name) for address, (view, name) in _OPEN.items()),
    re_path(
        r"^password/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", login_not_required(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]  # fmt: skip
