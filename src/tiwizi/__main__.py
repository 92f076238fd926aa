"""``python -m tiwizi`` is the command ``tiwizi``."""

from tiwizi.doors.cli.main import run

run()
