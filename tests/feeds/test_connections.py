"""How documents travel: through the environment's proxy, and by HTTP/2 where it is offered."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.errors import FetchFailed
from bot.feeds.fetcher import Fetcher, Request
from tests.support.newsroom import Item, Newsroom, rss

BODY = rss(Item("A", "http://wire.example/a"))


@asynccontextmanager
async def _proxy(asked: list[str]) -> AsyncIterator[str]:
    """Answers everything with the feed, and notes what it was asked for."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.split(b" ", 2)[1].decode())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY))
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_the_environments_proxy_is_used_for_all_but_what_it_spares(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = newsroom.serve("/feed", BODY)
    asked: list[str] = []
    async with _proxy(asked) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "spared.invalid")
        async with Fetcher(allow_private=True) as fetcher:
            found = await fetcher.fetch(Request("http://wire.invalid/feed"))
            assert found.body == BODY
            assert (await fetcher.fetch(Request(own))).body == BODY
            with pytest.raises(FetchFailed, match="No server has this name"):
                await fetcher.fetch(Request("http://spared.invalid/feed"))
    assert asked == ["http://wire.invalid/feed"]
    assert len(newsroom.requests) == 1


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for loopback that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    signed, private = folder / "cert.pem", folder / "key.pem"
    signed.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return signed, private


@asynccontextmanager
async def _http2(signed: Path, private: Path) -> AsyncIterator[str]:
    """A server that speaks HTTP/2 and nothing else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(signed, private)
    context.set_alpn_protocols(["h2"])

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        while data := await reader.read(65_536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    connection.send_headers(event.stream_id, [(":status", "200")])
                    connection.send_data(event.stream_id, BODY, end_stream=True)
            writer.write(connection.data_to_send())
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_http2_is_spoken_where_it_is_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed, private = _certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(signed))
    async with _http2(signed, private) as url, Fetcher(allow_private=True) as fetcher:
        found = await fetcher.fetch(Request(f"{url}/feed"))
    assert found.body == BODY


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    signed, private = _certificate(tmp_path)
    async with _http2(signed, private) as url, Fetcher(allow_private=True) as fetcher:
        with pytest.raises(FetchFailed, match="certificate is not valid"):
            await fetcher.fetch(Request(f"{url}/feed"))
