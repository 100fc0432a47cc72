# SPDX-License-Identifier: LGPL-3.0-or-later
"""Which addresses are the internet's, and that every adapter stays there unless its account may leave it."""

import socket

import pytest

from adapters.base import Refused
from adapters.wire import address
from adapters.wire.address import NOT_PUBLIC, is_loopback, is_private, leads_to_private
from conformance import parametrize

pytest_plugins = ("conformance.fixtures",)

# IANA's registries of special-purpose addresses, and how addresses are written besides (inet_aton(3)).
PRIVATE = {
    "this machine": ("127.0.0.1", "127.255.255.254", "::1", "[::1]", "localhost", "LocalHost.", "shop.localhost"),
    "other spellings": ("127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "10.1", "167772161"),
    "no address": ("0.0.0.0", "0", "0.1.2.3", "::"),
    "private networks": ("10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1", "fc00::1", "fd12:3456::1"),
    "sites": ("fec0::1",),
    "links": ("169.254.169.254", "169.254.0.1", "fe80::1", "fe80::a9fe:a9fe%lo"),
    "carriers' networks": ("100.64.0.1", "100.127.255.254"),
    "groups": ("224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1", "255.255.255.255"),
    "reserved": ("240.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.9", "2001:db8::1", "64:ff9b:1::a00:1"),
    "IPv4 in IPv6": (
        *("::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1"),
        *("64:ff9b::10.0.0.1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    ),
}
PUBLIC = (
    *("8.8.8.8", "1.1", "16843009", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.169.0.1"),
    *("2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "[2606:4700::1111]"),
    # Names: what they stand for is seen when they are connected to.
    *("my-shop.myshopify.com", "localhost.example.com", "127.0.0.1.example.com", "intranet", "xn--bcher-kva.example"),
)


def pytest_generate_tests(metafunc):
    parametrize(metafunc, lambda harness: True)


@pytest.mark.parametrize(("kind", "host"), [(kind, host) for kind, hosts in PRIVATE.items() for host in hosts])
def test_private(kind, host):
    assert is_private(host), kind


@pytest.mark.parametrize("host", ["::1", "[fd00::1]", "::ffff:10.0.0.1"])
def test_private_where_there_is_no_ipv6(host, monkeypatch):
    monkeypatch.setattr(address, "allowed_gai_family", lambda: socket.AF_INET)
    assert is_private(host)


# With other digits, dots and letters than ASCII's, which become these on the way (IDNA 2003, UTS 46).
@pytest.mark.parametrize("host", ["\uff11\uff10.0.0.1", "\u2460\u24ea.0.0.1"])
def test_private_in_other_digits(host):
    assert is_private(host)


@pytest.mark.parametrize("host", PUBLIC)
def test_public(host):
    assert not is_private(host)


@pytest.mark.parametrize("host", ["", "a" * 300, "exa mple", "\u2603" * 90, "1.2.3.4.5", "0x100000000"])
def test_no_host_at_all(host):
    assert not is_private(host)


def test_loopback():
    assert all(map(is_loopback, ["127.0.0.1", "127.8.9.10", "::1", "localhost"]))
    assert not any(map(is_loopback, ["10.0.0.1", "localhost.example.com", "2130706433", "my-shop.myshopify.com"]))


def test_where_a_name_leads_today(names):
    names.update({"inside.example": ["10.0.0.1"], "both.example": ["8.8.8.8", "::1"], "outside.example": ["8.8.8.8"]})
    assert leads_to_private("127.0.0.1")
    assert leads_to_private("inside.example")
    assert leads_to_private("both.example")
    assert not leads_to_private("outside.example")
    assert not leads_to_private("nowhere.example")


def test_every_adapter_stays_on_the_internet(market):
    """The sandbox listens on this machine; nothing the adapter can be asked for reaches it."""
    levels = market.stock(["SKU-1"])
    before = market.shop.stats.requests
    adapter = market.adapter(allow_private=False, attempts=1)
    for ask in (adapter.test, lambda: list(adapter.push(levels)), lambda: list(adapter.read(levels))):
        with pytest.raises(Refused) as caught:
            ask()
        assert caught.value.reason == NOT_PUBLIC
    assert market.shop.stats.requests == before
    adapter.close()
