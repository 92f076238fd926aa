"""Views of lists that people keep under a name: their own, or shared with who reads the same list."""

from __future__ import annotations

from tiwizi.records.people.models import SavedView
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused

#: Of one list, by one user.
MOST = 30
LONGEST_NAME, LONGEST_QUERY = 60, 1000


@operation("people.save_view", need="people.keep_views")
def save_view(act: Act, *, listing: str, name: str, query: str, shared: bool) -> int:
    """Keep what a list is asked (``query``, as in an address) under a name; a view of that name is replaced. Its
    number. Refused: view_unnamed, view_too_long, too_many_views."""
    act.reached = True  # a view is who keeps it's own, and lies in no region
    name = " ".join(name.split())
    if not name:
        raise Refused("view_unnamed")
    if len(name) > LONGEST_NAME or len(query) > LONGEST_QUERY or len(listing) > 60:
        raise Refused("view_too_long", most=LONGEST_NAME)
    own = SavedView.objects.filter(user=act.by.user, listing=listing)
    if own.count() >= MOST and not own.filter(name=name).exists():
        raise Refused("too_many_views", most=MOST)
    view, _ = SavedView.objects.update_or_create(
        user_id=act.by.user, listing=listing, name=name, defaults={"query": query, "shared": shared}
    )
    act.about("view", view.id)
    return view.id


@operation("people.forget_view", need="people.keep_views")
def forget_view(act: Act, *, view: int) -> int:
    """Forget a view of one's own. Refused: no_such_view."""
    act.reached = True
    act.about("view", view)
    gone, _ = SavedView.objects.filter(id=view, user=act.by.user).delete()
    if not gone:
        raise Refused("no_such_view")
    return gone
