"""Which network addresses a feed or page may live at; asked at the socket, when the address is really dialled.

Names, redirects and spellings do not matter there: `http://0x7f.1/`, a redirect to 169.254.169.254 and a DNS answer
that changed between two look-ups all end at a socket to an address.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final

from aiohttp.abc import AbstractResolver, ResolveResult

from bot.errors import AddressRefused
from bot.saying import marked

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

# What Python's is_global leaves open although it leads to, or may lead to, somewhere private.
_ALSO_PRIVATE: Final = tuple(
    ip_network(text)
    for text in (
        *("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4", "3fff::/20"),
        "168.63.129.16/32",  # Azure's own services, from within its machines
    )
)
_GLOBAL_IPV6: Final = ip_network("2000::/3")
"""All that has been given out for the open Internet; what Python calls global beyond it is only not yet reserved."""
_NAT64: Final = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))


_PRIVATE: Final = marked(
    "it leads to the private address {address}; set BRIEFBOT_ALLOW_PRIVATE_SOURCES={address} to allow that"
)


class AddressGuard:
    """Refuses private, loopback and reserved addresses but for the networks that a setting allows."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = tuple(allowed)

    def check(self, text: str) -> None:
        """AddressRefused for an address that must not be dialled; the message names the setting that would allow it."""
        if not self.allows(text):
            address = text.partition("%")[0]
            raise AddressRefused(_PRIVATE.format(address=address))

    def allows(self, text: str) -> bool:
        """Whether an address may be dialled."""
        address = ip_address(text.partition("%")[0])
        return is_public(address) or self.is_allowed(address)

    def is_allowed(self, address: Address) -> bool:
        """Whether a setting names the address's network."""
        return any(address in network for network in self._allowed if network.version == address.version)

    def is_allowed_host(self, host: str) -> bool:
        """Whether a host is written as an address, or is `localhost`, whose network a setting names."""
        try:
            return self.is_allowed(ip_address("127.0.0.1" if host == "localhost" else host))
        except ValueError:
            return False

    def socket_for(self, info: tuple[Any, ...]) -> socket.socket:
        """A socket for one answer of getaddrinfo; aiohttp's `socket_factory` calls it before each dial."""
        family, kind, protocol, _, target = info
        self.check(str(target[0]))
        return socket.socket(family, kind, protocol)


class GuardedResolver(AbstractResolver):
    """Leaves the refused addresses out of a DNS answer, so that a host that has a public one too is reached there."""

    def __init__(self, guard: AddressGuard, resolver: AbstractResolver) -> None:
        self._guard, self._resolver = guard, resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The answers that may be dialled; AddressRefused when there are answers but none of them may."""
        answers = await self._resolver.resolve(host, port, family)
        kept = [answer for answer in answers if self._guard.allows(answer["host"])]
        if answers and not kept:
            self._guard.check(answers[0]["host"])
        return kept

    async def close(self) -> None:
        await self._resolver.close()


def is_public(address: Address) -> bool:
    """Whether an address, and each address hidden in it, is one of the open Internet."""
    if any(address in network for network in _ALSO_PRIVATE if network.version == address.version):
        return False
    if isinstance(address, IPv6Address) and (inner := _inner(address)) is not None:
        # A translated address is dialled on the other side of the translator.
        return is_public(inner) and not any(address in network for network in _NAT64)
    if isinstance(address, IPv6Address) and address not in _GLOBAL_IPV6:
        return False
    return address.is_global and not address.is_multicast


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if any(address in network for network in _NAT64) or int(address) >> 32 == 0:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None
