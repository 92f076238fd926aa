"""Who asks, where another server stands before the desk: it alone sees the place, and says so in X-Forwarded-For.

Wrong passwords are counted by name and place (doors/desk/second_factor.py). If all came from the server before the
desk, a stranger could lock a colleague out; if anybody were believed, they could guess from as many places as they
name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def behind(application: Application, proxies: Sequence[str]) -> Application:
    """A WSGI application behind servers at these addresses or networks. Raises ValueError for what is neither."""
    networks = [ip_network(proxy) for proxy in proxies]

    def is_proxy(place: str) -> bool:
        try:
            return any(ip_address(place) in network for network in networks)
        except ValueError:
            return False

    def serve(environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if is_proxy(environment.get("REMOTE_ADDR", "")):
            places = [place.strip() for place in environment.get("HTTP_X_FORWARDED_FOR", "").split(",")]
            strangers = [place for place in places if not is_proxy(place)]
            if strangers and _is_place(strangers[-1]):  # each adds whom it saw at the end
                environment["REMOTE_ADDR"] = strangers[-1]
        return application(environment, start_response)

    return serve


def _is_place(said: str) -> bool:
    try:
        return bool(ip_address(said))
    except ValueError:
        return False
