"""The desk as a WSGI application: ``tiwizi serve`` runs it, any other server may."""

import logging
import os
from threading import Thread

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiwizi.site.settings")

from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

from tiwizi.doors.turns import in_turns  # noqa: E402
from tiwizi.site.proxies import behind  # noqa: E402

application = behind(in_turns(get_wsgi_application()), settings.PROXIES)


def _warm() -> None:
    """The first clerk of the day need not wait for the plan to be opened. What fails here fails again there,
    and is told there to somebody who can do something about it."""
    from django.db import connection

    from tiwizi.doors.clock import today
    from tiwizi.records.care.queries.preview import warm

    try:
        warm(today())
    except Exception:  # noqa: BLE001
        logging.getLogger("django").info("not warmed", exc_info=True)
    finally:
        connection.close()


Thread(target=_warm, daemon=True).start()
