# SPDX-License-Identifier: LGPL-3.0-or-later
"""Keep an account's calls on the internet: whoever may name an address is not to reach what only this server can reach.

An address counts by what it is when it is connected to, not when it was entered: a name may lead elsewhere by then (DNS
rebinding). So the name is looked up here, every address it has is judged, and one of these is connected to, while TLS
goes on checking the name. This costs nothing while a connection is kept alive.

Where the server has a proxy (HTTPS_PROXY), that one looks names up and has to judge them; addresses without a name are
judged here all the same, before the proxy is asked. The proxy itself may be anywhere.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import allowed_gai_family, create_connection

from ..base import Connection, Refused
from ..words import _lt

NOT_PUBLIC = _lt(
    "The shop's address leads into a private network or to this server itself. If the shop really is there, a manager"
    " can tick Private Address on the account."
)
# IPv6 addresses that stand for the IPv4 address in their last four bytes: RFC 6052, 2.1, and RFC 4291, 2.5.5.
_TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::ffff:0:0/96"))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet's: not this machine, a private network (carriers' and links'
    included), a group of receivers, or reserved; nor one that stands for such an address (IANA's special-purpose
    registries, RFC 6890)."""
    if address.version == 6:
        if any(address in network for network in _TRANSLATED):
            return is_public(ipaddress.IPv4Address(address.packed[-4:]))
        if address.sixtofour:
            return is_public(address.sixtofour)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def is_private(host: str) -> bool:
    """Whether a host is seen not to be on the internet without looking its name up: an address in whatever spelling
    computers understand (127.1, 0x7f000001, 2130706433), or the name of this machine."""
    host = host.strip("[]").rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, 6.3
        return True
    try:
        # Of any family: what is a private address does not depend on whether this server has IPv6.
        return not _are_public(_looked_up(host, None, socket.AF_UNSPEC, socket.AI_NUMERICHOST))
    except (OSError, UnicodeError):  # a name
        return False


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its usual names: what is sent there travels over no wire."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def leads_to_private(host: str) -> bool:
    """Whether a host is not on the internet, its name looked up now; False when it has no address.

    May take as long as the server's name service does.
    """
    try:
        return is_private(host) or not _are_public(_looked_up(host.strip("[]")))
    except (OSError, UnicodeError):
        return False


def guard(session: requests.Session, connection: Connection) -> None:
    """Have a session refuse what is not on the internet, unless the account allows it.

    :raises Refused: the account's address is seen at once not to be
    """
    if connection.allow_private:
        return
    if is_private(urlsplit(connection.base_url).hostname or ""):
        raise Refused(NOT_PUBLIC)
    for scheme in _POOLS:
        session.mount(f"{scheme}://", _PublicOnly())


def _looked_up(host: str, port: int | None = None, family: int | None = None, flags: int = 0) -> list[str]:
    """All addresses of a host, the best first.

    :param family: of which kind, those this server can connect to unless told
    :raises OSError: it has none
    """
    family = allowed_gai_family() if family is None else family
    found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=flags)
    return [address[0] for *_kind, address in found]


def _are_public(addresses: list[str]) -> bool:
    return all(is_public(ipaddress.ip_address(address)) for address in addresses)


class _Judging:
    """A urllib3 connection that looks its host up, judges what it found, and connects to just that."""

    def _new_conn(self) -> socket.socket:
        """Connect to the first address that answers, as urllib3 does.

        :raises Refused: one of the host's addresses is not on the internet
        """
        trouble: Exception = OSError("no address")
        try:
            # With the dot that a full name may end with, which keeps it out of the server's search domains.
            addresses = _looked_up(self._dns_host.strip("[]"), self.port)
        except (OSError, UnicodeError) as error:
            raise NewConnectionError(self, "The name has no address.") from error
        if not _are_public(addresses):
            raise Refused(NOT_PUBLIC)
        for address in addresses:
            try:
                return create_connection((address, self.port), self.timeout, self.source_address, self.socket_options)
            except OSError as error:
                trouble = error
        if isinstance(trouble, TimeoutError):
            raise ConnectTimeoutError(self, "No address of the host answered in time.") from trouble
        raise NewConnectionError(self, "No address of the host can be connected to.") from trouble


class _Connection(_Judging, HTTPConnection):
    pass


class _SecureConnection(_Judging, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}


class _PublicOnly(HTTPAdapter):
    """Carries requests to addresses of the internet. What goes through a proxy connects to the proxy instead."""

    def init_poolmanager(self, *args, **kwargs):
        result = super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS
        return result
