"""The records, for a verb that needs them: the framework is loaded here and not before."""

from __future__ import annotations

import os


def open_records() -> None:
    """To be called before anything of tiwizi.records is imported. TIWIZI_DATABASE says where they are."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiwizi.site.settings")
    django.setup()
