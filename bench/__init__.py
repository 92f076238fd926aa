"""The speed and memory figures, each measured by a command: ``python -m bench`` (``make bench``)."""
