"""Papers as people photograph and scan them: JPEG, PNG, WebP or PDF in, clean JPEG pages out.

    pages = clean(path)         # or PaperError, with a plain reason

Nothing of what came in is kept but what an eye would see: no place where a photograph was taken, no script, no link,
no second file hidden behind the first.
"""

from tiwizi.formats.papers.confined import Limits, PaperError, clean

__all__ = ["Limits", "PaperError", "clean"]
