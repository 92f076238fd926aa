"""Tiwizi: the open platform that a mutual benefit society runs on."""

__version__ = "0.1.0"
