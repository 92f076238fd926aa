"""The settings of Django, each from the environment or with a safe default.

TIWIZI_DATABASE   where the records are: the path of a SQLite file (the default: tiwizi.sqlite3 in the current folder),
                  or postgresql://user:password@host:port/name for PostgreSQL 15 or later
TIWIZI_DATABASE_PASSWORD_FILE
                  a file that holds the password of PostgreSQL, so that no address has to
TIWIZI_SECRET     signs what leaves the house; needed once there is something to sign
"""

import os

from tiwizi.site.database import database

DATABASES = {
    "default": database(
        os.environ.get("TIWIZI_DATABASE", "tiwizi.sqlite3"),
        password_file=os.environ.get("TIWIZI_DATABASE_PASSWORD_FILE"),
    )
}
SECRET_KEY = os.environ.get("TIWIZI_SECRET", "")

INSTALLED_APPS = [
    "tiwizi.records.trail",
    "tiwizi.records.people",
    "tiwizi.records.money",
    "tiwizi.records.cover",
    "tiwizi.records.care",
    "tiwizi.records.intake",
]
AUTH_USER_MODEL = "people.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

#: Moments are kept in UTC; a day is what a door says it is where it stands.
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
