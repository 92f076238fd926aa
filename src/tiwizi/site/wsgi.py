"""The desk as a WSGI application: ``tiwizi serve`` runs it, any other server may."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiwizi.site.settings")

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()
