"""In which encoding an XML document is, before a parser sees it. Pure.

What the document shows of itself goes before what the server says of it: servers are set up once
for everything that they send. That is also what RFC 7303 says of a byte order mark (3.3), and of
`text/xml` without a charset (9.2), which older rules took for ASCII.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARED = re.compile(
    r"(\s*<\?xml\b[^>]{0,200}?)\s+encoding\s*=\s*[\"']([\w.:+-]{1,40})[\"']", re.IGNORECASE
)
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([\w.:+-]{1,40})\"?", re.IGNORECASE)
_XML_TYPE = re.compile(r"(?:application|text)/(?:[\w.-]+\+)?xml(?:-dtd)?", re.IGNORECASE)


def readable(body: bytes, content_type: str) -> tuple[bytes, str]:
    """Give the document, UTF-16 and UTF-32 as UTF-8, and the charset that a parser should go by
    whatever the document declares (mostly none: an empty text)."""
    wide = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    if wide is not None:
        text = body.decode(wide, "replace").removeprefix("\ufeff")
        return _DECLARED.sub(r"\1", text, count=1).encode("utf-8", "replace"), "utf-8"
    named = _CHARSET.search(content_type)
    if named is None or _is_in(body, _declared(body)):
        return body, ""
    return body, named.group(1).lower()


def is_xml_type(content_type: str) -> bool:
    """Whether a server calls a document XML; nothing said is nothing wrong."""
    kind = content_type.partition(";")[0].strip()
    return not kind or _XML_TYPE.fullmatch(kind) is not None


def _declared(body: bytes) -> str:
    start = body[:1024].removeprefix(codecs.BOM_UTF8).decode("latin-1")
    found = _DECLARED.match(start)
    return found.group(2) if found else "utf-8"


def _is_in(body: bytes, encoding: str) -> bool:
    try:
        body.decode(encoding)
    except (LookupError, UnicodeError, ValueError):
        return False
    return True
