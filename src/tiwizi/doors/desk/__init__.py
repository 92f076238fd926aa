"""The desk: where a mutual's staff works. A file a subject, its templates beside it; no rule lives here."""
