# SPDX-License-Identifier: LGPL-3.0-or-later
"""An address is judged when it is connected to: names that lead elsewhere later, proxies, redirects, TLS."""

import ssl
import time

import pytest

from adapter_kit import answering, json_answer
from adapters.base import Connection, Refused, Unavailable
from adapters.shopify import ShopifyAdapter
from adapters.wire import Http, address
from dev.peer import tls

NAME = "shop.example"
HERE = "127.0.0.1"


def http_to(url, **settings):
    settings = {"connect_timeout": 2.0, "read_timeout": 5.0, "attempts": 1, **settings}
    return Http("Shop", Connection(url, **settings), time.time, time.sleep)


def address_of(server, name=NAME, scheme="http"):
    return f"{scheme}://{name}:{server.server_port}"


@pytest.fixture
def server():
    with answering(lambda *_: json_answer({})) as server:
        yield server


@pytest.fixture
def outside(monkeypatch):
    """For what can only be shown with a shop that answers: this machine counts as one of the internet."""
    judge = address.is_public
    monkeypatch.setattr(address, "is_public", lambda found: str(found) == HERE or judge(found))


def test_a_name_that_leads_inside(names, server):
    names[NAME] = [HERE]
    with pytest.raises(Refused, match="Private Address"):
        http_to(address_of(server)).call("GET", "/")
    assert not server.requests


def test_a_name_that_leads_inside_among_others(names, server):
    names[NAME] = ["8.8.8.8", HERE]
    with pytest.raises(Refused, match="Private Address"):
        http_to(address_of(server)).call("GET", "/")


def test_the_dot_at_the_end_of_a_full_name(names, server, outside):
    """It keeps a name out of the server's search domains, where another host may have it."""
    names[f"{NAME}."] = [HERE]
    assert http_to(address_of(server, f"{NAME}.")).call("GET", "/").status == 200
    names[f"{NAME}."] = ["10.0.0.1"]
    with pytest.raises(Refused, match="Private Address"):
        http_to(address_of(server, f"{NAME}.")).call("GET", "/")


def test_a_server_without_ipv4(names, monkeypatch):
    """It reaches shops by addresses that stand for theirs (NAT64), as its name service says."""
    connected = []

    def connect(place, *_settings):
        connected.append(place[0])
        raise OSError("not today")

    monkeypatch.setattr(address, "create_connection", connect)
    names[NAME] = ["64:ff9b::808:808", "2606:4700::1111"]
    with pytest.raises(Unavailable):
        http_to(f"https://{NAME}").call("GET", "/")
    assert connected == ["64:ff9b::808:808", "2606:4700::1111"]
    names[NAME] = ["64:ff9b::a00:1"]
    with pytest.raises(Refused, match="Private Address"):
        http_to(f"https://{NAME}").call("GET", "/")


def test_with_the_tick_it_may(names, server):
    names[NAME] = [HERE]
    assert http_to(address_of(server), allow_private=True).call("GET", "/").status == 200


def test_shopify_names_too(names, server):
    """Its GraphQL calls go through a session that gql makes."""
    names[NAME] = [HERE]
    connection = Connection(address_of(server), "2026-10", {"access_token": "shpat_x"}, attempts=1)
    with pytest.raises(Refused, match="Private Address"):
        ShopifyAdapter(connection).test()
    assert not server.requests


def test_what_was_judged_is_connected_to(names, server, monkeypatch):
    """A name that leads elsewhere when it is looked up again gains nothing: it is not looked up again."""
    names[NAME] = ["8.8.8.8"]
    connected = []

    def connect(place, *_settings):
        names[NAME] = [HERE]
        connected.append(place)
        raise OSError("not today")

    monkeypatch.setattr(address, "create_connection", connect)
    with pytest.raises(Unavailable):
        http_to(address_of(server)).call("GET", "/")
    assert connected == [("8.8.8.8", server.server_port)]
    assert names.asked == [NAME]


def test_a_name_that_has_moved_inside(names, server, outside):
    names[NAME] = [HERE]
    shop = http_to(address_of(server))
    shop.call("GET", "/")
    shop.close()
    names[NAME] = ["10.0.0.1"]
    with pytest.raises(Refused, match="Private Address"):
        shop.call("GET", "/")


def test_looked_up_once_a_connection(names, server, outside):
    names[NAME] = [HERE]
    shop = http_to(address_of(server))
    for _ in range(5):
        shop.call("GET", "/")
    assert names.asked == [NAME]
    assert len(server.requests) == 5


def test_the_next_address_is_tried(names, server, outside):
    names[NAME] = ["127.0.0.1", "127.0.0.1"]
    assert http_to(address_of(server)).call("GET", "/").status == 200
    names[NAME] = ["8.8.8.8", HERE]
    tried = []
    connect = address.create_connection

    def connect_here(place, *settings):
        tried.append(place[0])
        if place[0] != HERE:
            raise OSError("nobody there")
        return connect(place, *settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(address, "create_connection", connect_here)
        assert http_to(address_of(server)).call("GET", "/").status == 200
    assert tried == ["8.8.8.8", HERE]


@pytest.mark.parametrize("failure", [TimeoutError, ConnectionRefusedError])
def test_nobody_there(names, server, outside, monkeypatch, failure):
    names[NAME] = [HERE]

    def connect(*_):
        raise failure

    monkeypatch.setattr(address, "create_connection", connect)
    with pytest.raises(Unavailable) as caught:
        http_to(address_of(server)).call("GET", "/")
    assert ("in time" in caught.value.reason) == (failure is TimeoutError)


def test_a_name_without_an_address(names, server):
    with pytest.raises(Unavailable):
        http_to(address_of(server, "nowhere.example")).call("GET", "/")


def test_redirects_are_not_followed(server):
    with answering(lambda *_: (302, {"Location": f"{server.url}/secret"}, b"")) as shop:
        with pytest.raises(Refused, match="somewhere else"):
            http_to(shop.url, allow_private=True).call("GET", "/")
        connection = Connection(shop.url, "2026-10", {"access_token": "shpat_x"}, attempts=1, allow_private=True)
        with pytest.raises(Refused, match="somewhere else"):
            ShopifyAdapter(connection).test()
        assert len(shop.requests) == 2
    assert not server.requests


# === PROXIES === #


def test_through_a_proxy_names_are_the_proxys(names, server, monkeypatch):
    """It looks them up, wherever it is itself; what is no name is refused before it is asked."""
    monkeypatch.setenv("http_proxy", server.url)
    assert http_to(f"http://{NAME}").call("GET", "/stock").status == 200
    assert [path for _method, path, _headers, _body in server.requests] == [f"http://{NAME}/stock"]
    assert NAME not in names.asked
    for host in ("169.254.169.254", "2852039166", "localhost", "[::ffff:10.0.0.1]"):
        with pytest.raises(Refused, match="Private Address"):
            http_to(f"http://{host}").call("GET", "/")
    assert len(server.requests) == 1


# === TLS === #


@pytest.mark.parametrize(("certified", "trusted"), [(NAME, True), ("other.example", False)])
def test_tls_checks_the_name(names, server, outside, monkeypatch, tmp_path, certified, trusted):
    """And neither the address that the name stands for, nor nothing at all."""
    names[NAME] = [HERE]
    file = tls.write(tmp_path / "shop.pem", certified)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    shop = http_to(address_of(server, scheme="https"))
    if trusted:
        assert shop.call("GET", "/").status == 200
    else:
        with pytest.raises(Unavailable, match="certificate"):
            shop.call("GET", "/")
