"""The settings of Django, each from the environment or with a safe default.

TIWIZI_DATABASE   where the records are: the path of a SQLite file (the default: tiwizi.sqlite3 in the current folder),
                  or postgresql://user:password@host:port/name for PostgreSQL 15 or later
TIWIZI_DATABASE_PASSWORD_FILE
                  a file that holds the password of PostgreSQL, so that no address has to
TIWIZI_SECRET     signs what leaves the house: sessions, links, the code on a member's card; at least 50 random letters.
                  Without it `tiwizi serve` keeps one in a file beside the database
TIWIZI_FORMER_SECRETS
                  secrets that were TIWIZI_SECRET before, apart by spaces: members' cards that they signed stay good
TIWIZI_ADDRESS    where people reach the desk: https://desk.example.ma (the default: http://localhost:8000)
TIWIZI_PROXIES    the addresses, or networks as 10.89.0.0/16, of what stands before the desk, apart by spaces; they are
                  believed when they say who asks (the default: this machine)
TIWIZI_FILES      the folder of papers and photographs (the default: a folder beside the SQLite file, or tiwizi.files)
TIWIZI_BANK_FOLDER
                  the folder that the bank's gateway takes files from (the default: bank, beside the SQLite file)
TIWIZI_DEMO       1: made-up people, no second factor; said on every page
"""

import logging
import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.contrib.messages.constants import ERROR, SUCCESS, WARNING

from tiwizi.site.database import database

DATABASES = {
    "default": database(
        os.environ.get("TIWIZI_DATABASE", "tiwizi.sqlite3"),
        password_file=os.environ.get("TIWIZI_DATABASE_PASSWORD_FILE"),
    )
}
SECRET_KEY = os.environ.get("TIWIZI_SECRET", "")
SECRET_KEY_FALLBACKS = os.environ.get("TIWIZI_FORMER_SECRETS", "").split()
DEMO = os.environ.get("TIWIZI_DEMO") == "1"
ADDRESS = os.environ.get("TIWIZI_ADDRESS", "http://localhost:8000")
PROXIES = os.environ.get("TIWIZI_PROXIES", "127.0.0.0/8 ::1").split()
_IS_SECURE = ADDRESS.startswith("https://")
_FILES_BESIDE = DATABASES["default"]["NAME"] if "sqlite3" in DATABASES["default"]["ENGINE"] else "tiwizi"
FILES = Path(os.environ.get("TIWIZI_FILES", f"{_FILES_BESIDE}.files"))

#: Where what the outbox holds goes (docs/host/notices.md); empty: nowhere, and it waits.
SMS_FOLDER = Path(os.environ["TIWIZI_SMS_FOLDER"]) if os.environ.get("TIWIZI_SMS_FOLDER") else None
OFFICE_MAIL = os.environ.get("TIWIZI_OFFICE_MAIL", "")
OFFICER_MAIL = os.environ.get("TIWIZI_DPO_MAIL", "")
EMAIL_HOST = os.environ.get("TIWIZI_MAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("TIWIZI_MAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("TIWIZI_MAIL_USER", "")
_MAIL_PASSWORD = os.environ.get("TIWIZI_MAIL_PASSWORD_FILE")
EMAIL_HOST_PASSWORD = Path(_MAIL_PASSWORD).read_text(encoding="utf-8").strip() if _MAIL_PASSWORD else ""
EMAIL_USE_TLS = os.environ.get("TIWIZI_MAIL_TLS", "1") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("TIWIZI_MAIL_FROM", "tiwizi@localhost")
BANK_FOLDER = Path(os.environ.get("TIWIZI_BANK_FOLDER", Path(_FILES_BESIDE).parent / "bank"))

INSTALLED_APPS = [
    "tiwizi.records.trail",
    "tiwizi.records.people",
    "tiwizi.records.money",
    "tiwizi.records.cover",
    "tiwizi.records.care",
    "tiwizi.records.intake",
    "tiwizi.doors.look",
    "tiwizi.doors.desk",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_htmx",
]
AUTH_USER_MODEL = "people.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

#: Moments are kept in UTC; a day is what a door says it is where it stands.
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "fr"
LANGUAGES = [("ar", "العربية"), ("fr", "Français"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "lang"

# -- the desk ------------------------------------------------------------------------------------------------------

ROOT_URLCONF = "tiwizi.site.urls"
WSGI_APPLICATION = "tiwizi.site.wsgi.application"
ALLOWED_HOSTS = [urlsplit(ADDRESS).hostname or "localhost", "localhost", "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = [ADDRESS]
CSRF_FAILURE_VIEW = "tiwizi.doors.desk.faults.stale_form"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "tiwizi.doors.desk.who.WhoMiddleware",
    "tiwizi.doors.desk.burden.BurdenMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tiwizi.doors.look.context.look",
            ],
            "builtins": ["tiwizi.doors.look.templatetags.look"],
        },
    }
]
#: How a message looks (look.css).
MESSAGE_TAGS = {SUCCESS: "done", WARNING: "waits", ERROR: "refusal"}
#: Where `tiwizi serve` puts the styles, scripts and fonts, compressed; without it they are served as they lie.
STATIC_ROOT = os.environ.get("TIWIZI_STATIC")
STATIC_URL = "/static/"
STORAGES = {
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_ROOT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES}},
}
WHITENOISE_USE_FINDERS = not STATIC_ROOT
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# -- who comes in --------------------------------------------------------------------------------------------------

LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "tiwizi.doors.desk.sign_in.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = False  # axes counts what failed, in the database, where it is evidence
ACCOUNT_FORMS = {"change_password": "tiwizi.doors.desk.second_factor.ChangePassword"}
ACCOUNT_USER_DISPLAY = "tiwizi.doors.desk.sign_in.displayed"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Tiwizi"
MFA_ADAPTER = "tiwizi.doors.desk.sign_in.SecondFactor"
MFA_FORMS = {
    "authenticate": "tiwizi.doors.desk.second_factor.Authenticate",
    "reauthenticate": "tiwizi.doors.desk.second_factor.Reauthenticate",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _IS_SECURE
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = "tiwizi.doors.desk.second_factor.counted_by"
AXES_SENSITIVE_PARAMETERS = ["code", "oldpassword", "password1", "password2", "credential"]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "tiwizi.doors.desk.sign_in.locked_out"
AXES_USERNAME_FORM_FIELD = "username"  # what allauth hands over; the form's own field is "login"
AXES_USERNAME_CALLABLE = "tiwizi.doors.desk.second_factor.counted_as"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
SILENCED_SYSTEM_CHECKS = ["axes.W003"]
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _IS_SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
USERSESSIONS_TRACK_ACTIVITY = False  # else each request writes a row

# -- what a browser may do -----------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _IS_SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# -- what went wrong -----------------------------------------------------------------------------------------------


def _one_line(record: logging.LogRecord) -> bool:
    """What a stranger sends that no browser would is told in a line, not in the forty of a fault of ours."""
    record.msg, record.args, record.exc_info = record.getMessage()[:300], None, None
    return True


#: To standard error, where whoever runs the desk finds it; what people ask for in vain is no fault.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"one_line": {"()": lambda: _one_line}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain"},
        "a_line": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["one_line"]},
    },
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.security": {"handlers": ["a_line"], "level": "ERROR", "propagate": False},
        "axes": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
    },
}
