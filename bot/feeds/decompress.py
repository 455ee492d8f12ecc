"""Bodies out of gzip, deflate, brotli and zstd, never more than a bound.

All four decoders are asked for no more than the bound, so a few kilobytes that would become
gigabytes cost no memory.
"""

from __future__ import annotations

import io
import zlib

import brotli
import zstandard

from bot.errors import FetchFailed

ACCEPT_ENCODING = "gzip, deflate, br, zstd"
_MAX_WINDOW = 1 << 27


class TooLarge(Exception):
    """The body is larger than the bound."""


def decompress(body: bytes, content_encoding: str, bound: int) -> bytes:
    """Give the body without its content encodings (applied in the reverse of their order).

    Raises TooLarge when more than `bound` bytes come out, FetchFailed when it cannot be read.
    """
    codings = [c.strip().lower() for c in content_encoding.split(",") if c.strip()]
    if len(codings) > 2:
        raise FetchFailed("The server packed its answer too many times over.")
    for coding in reversed(codings):
        try:
            body = _decode(body, coding, bound)
        except (zlib.error, brotli.error, zstandard.ZstdError, EOFError) as error:
            raise FetchFailed(
                "The server's answer is damaged: it could not be decompressed.", detail=str(error)
            ) from error
    return body


def _decode(body: bytes, coding: str, bound: int) -> bytes:
    if coding in {"identity", ""}:
        return body
    if coding in {"gzip", "x-gzip"}:
        # A server may say gzip and send plain text.
        return _inflate(body, 31, bound) if body[:2] == b"\x1f\x8b" else body
    if coding == "deflate":
        try:
            return _inflate(body, 15, bound)
        except zlib.error:
            return _inflate(body, -15, bound)
    if coding == "br":
        return _brotli(body, bound)
    if coding == "zstd":
        return _zstd(body, bound)
    raise FetchFailed(f"The server packed its answer in a way nobody asked for: {coding[:30]}.")


def _inflate(body: bytes, window: int, bound: int) -> bytes:
    out = b""
    while body:
        decoder = zlib.decompressobj(window)
        out += decoder.decompress(body, bound + 1 - len(out))
        if len(out) > bound or decoder.unconsumed_tail:
            raise TooLarge
        if not decoder.eof:
            break  # cut off; what came is kept, and the parser says that it is incomplete
        body = decoder.unused_data.lstrip(b"\0")
        if body[:2] != b"\x1f\x8b":
            break
    return out


def _brotli(body: bytes, bound: int) -> bytes:
    decoder = brotli.Decompressor()
    out = bytearray(decoder.process(body, output_buffer_limit=bound + 1))
    while not decoder.can_accept_more_data() and not decoder.is_finished():
        if len(out) > bound:
            raise TooLarge
        out += decoder.process(b"", output_buffer_limit=bound + 1)
    if len(out) > bound:
        raise TooLarge
    return bytes(out)


def _zstd(body: bytes, bound: int) -> bytes:
    decoder = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
    with decoder.stream_reader(io.BytesIO(body), read_across_frames=True) as reader:
        out = bytearray()
        while len(out) <= bound:
            chunk = reader.read(min(1 << 20, bound + 1 - len(out)))
            if not chunk:
                return bytes(out)
            out += chunk
    raise TooLarge
