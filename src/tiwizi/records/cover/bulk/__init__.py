"""Tables of this app that come in by the million: compared with what is known, then written in columns."""
