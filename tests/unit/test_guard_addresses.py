"""No address of a private network is dialled: however it is spelled, wherever a redirect or a DNS answer leads."""

from __future__ import annotations

import asyncio
import socket
import time
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.errors import AddressRefused, FetchError
from bot.ingest.guard import AddressGuard, is_public
from bot.ingest.names import SystemNames
from tests.feed_server import BODY, FeedServer, Make, http, redirect

PRIVATE = """
    127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254
    100.64.0.1 100.127.255.255 192.0.0.1 192.0.0.9 192.0.2.1 198.51.100.1 203.0.113.1 192.88.99.1 198.18.0.1
    198.19.0.1 224.0.0.1 239.1.2.3 240.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1
    ::ffff:169.254.169.254 fd00::1 fc00::1 fe80::1 fd00:ec2::254 febf::1 fec0::1 ff02::1 ff0e::1 64:ff9b::7f00:1
    64:ff9b::808:808 64:ff9b:1::1 100::1 2001:db8::1 3fff::1 5f00::1 4000::1 2002:7f00:1:: 2002:a00:1::
    168.63.129.16 2002:a9fe:a9fe:: 2001:0:4136:e378:8000:63bf:80ff:fffe 2001:10::1
""".split()  # noqa: SIM905 - a table reads best without quotes
PUBLIC = """
    1.1.1.1 8.8.8.8 172.15.0.1 172.32.0.1 100.63.0.1 100.128.0.1 192.167.0.1 223.255.255.254
    2606:4700:4700::1111 2a00:1450::1 ::ffff:8.8.8.8 2002:808:808::1
""".split()  # noqa: SIM905 - a table reads best without quotes


@pytest.mark.parametrize("address", PRIVATE)
def test_address_that_may_lead_somewhere_private_is_no_public_one(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_address_of_the_open_internet_is_a_public_one(address: str) -> None:
    assert is_public(ip_address(address))


def test_refusal_names_the_setting_and_the_setting_then_allows_it() -> None:
    with pytest.raises(AddressRefused, match=r"BRIEFBOT_ALLOW_PRIVATE_SOURCES=10\.1\.2\.3 ") as caught:
        AddressGuard(()).check("10.1.2.3")
    assert caught.value.status is None
    AddressGuard([ip_network("10.1.2.3/32")]).check("10.1.2.3")
    with pytest.raises(AddressRefused):
        AddressGuard([ip_network("10.1.2.3/32"), ip_network("fd00::/8")]).check("10.1.2.4")


def test_allowed_ipv4_network_does_not_open_its_ipv6_disguises() -> None:
    guard = AddressGuard([ip_network("127.0.0.0/8")])
    assert not any(guard.allows(text) for text in ("::ffff:127.0.0.1", "::1", "64:ff9b::7f00:1", "fe80::1%lo"))


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"])
@pytest.mark.parametrize("port", [80, 8080])
async def test_address_in_an_url_is_refused_at_the_socket(make_fetcher: Make, host: str, port: int) -> None:
    with pytest.raises(AddressRefused, match="BRIEFBOT_ALLOW_PRIVATE_SOURCES"):
        await make_fetcher(allow="").fetch(f"http://{host}:{port}/feed")


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "localhost.", "0x7f.1", "127.1", "2130706433", "0177.0.0.1", "①②⑦.0.0.1", "0"]
)
async def test_other_spelling_of_loopback_reaches_no_server(
    feed_server: FeedServer, make_fetcher: Make, host: str
) -> None:
    feed_server.answers["/feed"] = http()
    with pytest.raises(FetchError):
        await make_fetcher(allow="").fetch(f"HTTP://me:pw@{host}:{feed_server.port}/feed")
    assert feed_server.requests == []


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.2:{port}/feed", "http://169.254.169.254/latest", "//[::1]:{port}/", "http://0x7f.1:{port}/"],
)
async def test_redirect_into_a_private_network_is_refused(
    feed_server: FeedServer, make_fetcher: Make, target: str
) -> None:
    feed_server.answers["/feed"] = redirect(target.format(port=feed_server.port))
    with pytest.raises(FetchError):
        await make_fetcher(allow="127.0.0.1/32", resolver=Names(["127.0.0.2"])).fetch(f"{feed_server.base}/feed")
    assert len(feed_server.requests) == 1


async def test_service_that_is_no_web_server_is_not_spoken_to(feed_server: FeedServer, make_fetcher: Make) -> None:
    fetcher = make_fetcher()
    for port in (22, 25, 6379, 11211):
        with pytest.raises(FetchError, match=f"port {port} is none of a web server"):
            await fetcher.fetch(f"http://127.0.0.1:{port}/feed")
    feed_server.answers["/feed"] = redirect("http://127.0.0.1:25/feed")
    with pytest.raises(FetchError, match="port 25"):
        await fetcher.fetch(f"{feed_server.base}/feed")


async def test_proxy_and_passwords_of_the_machine_are_not_used(
    feed_server: FeedServer, make_fetcher: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Behind a proxy only the proxy would be seen at the socket; a password in ~/.netrc is nobody's to send."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password of-the-machine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    feed_server.answers["/feed"] = http()
    assert (await make_fetcher().fetch(f"{feed_server.base}/feed")).body == BODY
    [asked] = feed_server.requests
    assert "Authorization" not in str(asked)


# ── DNS ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Names(AbstractResolver):
    """DNS that answers what a test says, in turn, and the last answer for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)
            for address in found
        ]

    async def close(self) -> None:
        """Nothing is open."""


async def test_name_that_means_a_private_address_is_refused(feed_server: FeedServer, make_fetcher: Make) -> None:
    fetcher = make_fetcher(allow="", resolver=Names(["127.0.0.1"]))
    with pytest.raises(AddressRefused, match=r"private address 127\.0\.0\.1"):
        await fetcher.fetch(f"http://news.example:{feed_server.port}/feed")
    assert feed_server.requests == []


async def test_changed_dns_answer_is_refused(
    feed_server: FeedServer, make_fetcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed_server.answers["/feed"] = http()
    monkeypatch.setattr("aiohttp.connector._DNSCacheTable.expired", lambda *_: True)  # as after its minute
    fetcher = make_fetcher(resolver=Names(["127.0.0.1"], ["127.0.0.2"]))
    url = f"http://rebinding.example:{feed_server.port}/feed"
    assert (await fetcher.fetch(url)).body == BODY
    with pytest.raises(AddressRefused):
        await fetcher.fetch(url)
    assert len(feed_server.requests) == 1


async def test_socket_refuses_what_got_past_the_look_up(
    feed_server: FeedServer, make_fetcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The resolver's filter is for reaching the public address of two; safety is at the socket alone."""
    names = Names(["127.0.0.1"])
    monkeypatch.setattr("bot.ingest.guard.GuardedResolver.resolve", names.resolve)
    with pytest.raises(AddressRefused):
        await make_fetcher(allow="").fetch(f"http://news.example:{feed_server.port}/feed")
    assert feed_server.requests == []


async def test_private_address_beside_a_good_one_is_never_dialled(feed_server: FeedServer, make_fetcher: Make) -> None:
    feed_server.answers["/feed"] = http()
    fetcher = make_fetcher(resolver=Names(["10.255.255.1", "127.0.0.1", "192.168.0.1"]))
    began = time.monotonic()
    assert (await fetcher.fetch(f"http://mixed.example:{feed_server.port}/feed")).body == BODY
    assert time.monotonic() - began < 1


async def test_names_whose_servers_are_dead_do_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def look_up(host: str, *rest: object, **more: object) -> object:
        if host.startswith("dead"):
            time.sleep(0.4)
            raise socket.gaierror("no answer")
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    names = SystemNames(threads=64)
    dead = [names.resolve(f"dead{number}.example", 80) for number in range(40)]
    waiting = asyncio.gather(*dead, return_exceptions=True)
    await asyncio.sleep(0.02)
    began = time.monotonic()
    answers = await names.resolve("127.0.0.1", 80)
    assert time.monotonic() - began < 0.3
    assert [answer["host"] for answer in answers] == ["127.0.0.1"]
    assert all(isinstance(error, OSError) for error in await waiting)
    await names.close()
