"""The app package that an administrator uploads to Teams: manifest and icons in a zip.

Source: Microsoft's manifest schema 1.30 (developer.microsoft.com/json-schemas/teams/v1.30).
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.errors import UsageError
from bot.teams.icons import ACCENT, colour_icon, outline_icon

SCHEMA_VERSION = "1.30"

COMMANDS = (
    ("search", "Search all news: search chip controls from:2026-01-01"),
    ("latest", "The latest news, of all topics or of one"),
    ("topics", "All topics, each with a button to subscribe"),
    ("subscribe", "What comes here: subscribe entity-list chip-controls"),
    ("subscriptions", "What comes here, and who asked for it"),
    ("watch", "Watch a company, an ECCN, a phrase: watch ACME Corp"),
    ("digest", "A digest of the last day now, or when it comes"),
    ("settings", "Everything about this channel in a form"),
    ("why", "Why an article came here: why LINK"),
    ("help", "How to use this"),
)
"""What Teams offers to people who start to write to the bot; it understands more."""

_WHEN = (2026, 1, 1, 0, 0, 0)
"""The time of every file in the zip, so that the same package is the same file."""


@dataclass(frozen=True, slots=True)
class AppDetails:
    """What the organisation that runs the bot says of it. Addresses begin with https://."""

    app_id: str
    version: str
    developer: str
    website: str
    privacy: str = ""
    terms: str = ""
    name: str = "exportnews"


def build(details: AppDetails) -> bytes:
    """Give the zip. Raises UsageError for a detail that Teams would not take."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (
            ("manifest.json", json.dumps(manifest(details), indent=2).encode()),
            ("color.png", colour_icon()),
            ("outline.png", outline_icon()),
        ):
            package.writestr(zipfile.ZipInfo(name, _WHEN), content)
    return packed.getvalue()


def manifest(details: AppDetails) -> dict[str, Any]:
    """Give the manifest. Raises UsageError for a detail that Teams would not take."""
    _check(details)
    scopes = ["personal", "team", "groupChat"]
    commands = [{"title": title, "description": text} for title, text in COMMANDS]
    address = f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA_VERSION}"
    return {
        "$schema": f"{address}/MicrosoftTeams.schema.json",
        "manifestVersion": SCHEMA_VERSION,
        "version": details.version,
        "id": details.app_id,
        "developer": {
            "name": details.developer,
            "websiteUrl": details.website,
            "privacyUrl": details.privacy or details.website,
            "termsOfUseUrl": details.terms or details.website,
        },
        "name": {"short": details.name, "full": f"{details.name}: export-control news"},
        "description": {
            "short": "Export-control news, once, in the right channel.",
            "full": (
                "Watches the trade press and government notices on export controls, understands "
                "each story by topic, and tells the channels that asked for it, once. Search "
                "everything that was published, watch companies and ECCNs, get digests."
            ),
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": ACCENT,
        "bots": [
            {
                "botId": details.app_id,
                "scopes": scopes,
                "supportsFiles": True,
                "isNotificationOnly": False,
                "commandLists": [{"scopes": scopes, "commands": commands}],
            }
        ],
        "composeExtensions": [_search_extension(details.app_id)],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [],
    }


def _search_extension(app_id: str) -> dict[str, Any]:
    return {
        "botId": app_id,
        "commands": [
            {
                "id": "search",
                "type": "query",
                "title": "Search",
                "description": "Find an article and put it into the conversation",
                "context": ["compose", "commandBox"],
                "initialRun": True,
                "parameters": [
                    {
                        "name": "query",
                        "title": "Search",
                        "description": 'Words, "a phrase", topic:entity-list, eccn:3A090',
                        "inputType": "text",
                    }
                ],
            }
        ],
    }


def _check(details: AppDetails) -> None:
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", details.version):
        raise UsageError("The version has three numbers, for example 1.0.0.")
    for option, value, most in (
        ("--name", details.name, 30),
        ("--developer", details.developer, 32),
    ):
        if not value.strip() or len(value) > most:
            raise UsageError(f"{option} has 1 to {most} characters.")
    for option, address in (
        ("--website", details.website),
        ("--privacy", details.privacy or details.website),
        ("--terms", details.terms or details.website),
    ):
        parts = urlsplit(address)
        if parts.scheme != "https" or not parts.hostname or len(address) > 2_048:
            raise UsageError(f"{option} is an address of your own that starts with https://.")
