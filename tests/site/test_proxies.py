"""Who asks is who the server before the desk saw, and nobody whom somebody names."""

from __future__ import annotations

from typing import Any

import pytest

from tiwizi.site.proxies import behind

PROXIES = ["127.0.0.0/8", "::1", "10.89.0.0/16"]


@pytest.mark.parametrize(
    ("peer", "said", "asks"),
    [
        ("127.0.0.1", "41.250.1.2", "41.250.1.2"),
        ("127.0.0.1", "9.9.9.9, 41.250.1.2", "41.250.1.2"),
        ("10.89.0.7", "9.9.9.9, 41.250.1.2, 127.0.0.1", "41.250.1.2"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("41.250.1.2", "9.9.9.9", "41.250.1.2"),
        ("192.168.1.4", "9.9.9.9", "192.168.1.4"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "9.9.9.9, <script>", "127.0.0.1"),
        ("", "9.9.9.9", ""),
    ],
)
def test_the_last_one_before_the_desks_own_servers_asks(peer: str, said: str, asks: str) -> None:
    seen: list[Any] = []
    serve = behind(lambda environment, _: seen.append(environment["REMOTE_ADDR"]) or [], PROXIES)
    serve({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": said}, lambda *_: None)
    assert seen == [asks]


def test_what_is_no_address_is_refused_when_the_desk_opens() -> None:
    with pytest.raises(ValueError, match="caddy"):
        behind(lambda *_: [], ["caddy"])
