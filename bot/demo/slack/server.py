"""The look-alike's server: what the bot speaks to, and what is kept.

Only the bot speaks to `/api/` and the Socket Mode address; only the demo's page to `/`.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from types import TracebackType
from typing import Self
from urllib.parse import quote

from aiohttp import web

from bot.clock import Clock, system_clock
from bot.demo.slack.delivery import BotLine
from bot.demo.slack.faults import Fault
from bot.demo.slack.limits import RateLimits
from bot.demo.slack.method_files import take_upload
from bot.demo.slack.model import ApiCall, Channel, StoredMessage, User, View
from bot.demo.slack.responses import take_reply
from bot.demo.slack.sockets import Sockets
from bot.demo.slack.tickets import ResponseUrls, Triggers
from bot.demo.slack.web_api import WebApi
from bot.demo.slack.workspace import Workspace
from bot.errors import SettingsError

BODY_BYTES = 2_000_000


class SlackServer:
    """A stand-in for Slack with one or more workspaces. Open it with `async with`.

    `clock` is what messages, limits and expiries go by; `limits`: whether rate limits hold (also
    `slack.limits.on`); `restricted_history`: history once a minute, as for unlisted commercial
    apps; `wall_clock` stamps signed requests, which the bot's Bolt checks by the machine's time.
    `rotation` may be set: tokens end then, and are renewed.
    """

    def __init__(
        self,
        *,
        clock: Clock = system_clock,
        limits: bool = True,
        restricted_history: bool = False,
        port: int = 0,
        wall_clock: Clock = system_clock,
    ) -> None:
        self.clock = clock
        self.limits = RateLimits(clock, on=limits, restricted_history=restricted_history)
        self.app_token = f"xapp-1-A0DEMO0001-1-{secrets.token_hex(24)}"
        self.signing_secret = secrets.token_hex(16)
        self.client_id, self.client_secret = "1000000001.2000000002", secrets.token_hex(16)
        self.oauth_codes: dict[str, Workspace] = {}
        self.rotation = False
        self.version = 0
        self.ending = False
        self.triggers, self.response_urls = Triggers(clock), ResponseUrls(clock)
        self.workspaces: dict[str, Workspace] = {}
        self.workspace = self.add_workspace("T0DEMO0001", "Demo")
        self.sockets = Sockets(lambda: self.url)
        self.line = BotLine(self.sockets, self.signing_secret, wall_clock)
        self.url = ""
        self._port = port
        self._api = WebApi(self)
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._extra: list[web.AbstractRouteDef] = []

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=BODY_BYTES)
        app.add_routes(
            [
                web.route("*", "/api/{method}", self._api.handle),
                web.get("/link/", self.sockets.handle),
                web.post("/response/{team}/{key}", self._response),
                web.post("/upload/{team}/{file}", self._upload),
                web.get("/file/{team}/{file}", self._file),
                *self._extra,
            ]
        )
        app.on_shutdown.append(self._end)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5
        )
        await self._runner.setup()
        sock = _bind(self._port)
        await web.SockSite(self._runner, sock).start()
        self.url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.line.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # The bot's side

    @property
    def api_url(self) -> str:
        """The address for EXPORTNEWS_SLACK_API_URL."""
        return f"{self.url}/api/"

    @property
    def bot_token(self) -> str:
        """The first workspace's bot token."""
        return self.workspace.bot_token

    @property
    def team_id(self) -> str:
        """The first workspace's id."""
        return self.workspace.team_id

    @property
    def http_target(self) -> str:
        """Where interactions and events are POSTed, signed; empty: over Socket Mode."""
        return self.line.http_target

    @http_target.setter
    def http_target(self, address: str) -> None:
        self.line.http_target = address

    def plan(self, method: str, *faults: Fault | None) -> None:
        """Let the next calls of a method (or `response_url`) go wrong, one fault each; None: well.

        A plan goes on from the one before.
        """
        self._api.plans[method].extend(faults)

    def calls(self, method: str | None = None) -> list[ApiCall]:
        """Give the calls of a method (also `response_url`), or all, in order."""
        return [call for call in self._api.calls if method in (None, call.method)]

    # Workspaces

    def add_workspace(self, team_id: str, name: str) -> Workspace:
        """Add a workspace that installed the bot; it has its own token, channels and people."""
        token = f"xoxb-{team_id.lower()}-{secrets.token_hex(12)}"
        workspace = Workspace(team_id, name, token, clock=self.clock, changed=self._bump)
        self.workspaces[team_id] = workspace
        return workspace

    def oauth_code(self, workspace: Workspace) -> str:
        """Give a code as Slack does when somebody agreed to install the app."""
        code = secrets.token_hex(16)
        self.oauth_codes[code] = workspace
        return code

    def by_token(self, token: str) -> Workspace | None:
        """Find the workspace of a bot token."""
        return next((w for w in self.workspaces.values() if w.bot_token == token), None)

    def add_channel(
        self,
        id: str,  # noqa: A002
        name: str,
        private: bool = False,
        member: bool = True,
        archived: bool = False,
        topic: str = "",
    ) -> Channel:
        """Add a channel to the first workspace."""
        return self.workspace.add_channel(
            id, name, private=private, member=member, archived=archived, topic=topic
        )

    def add_user(
        self,
        id: str,  # noqa: A002
        name: str,
        tz: str = "America/New_York",
        admin: bool = False,
        team: str = "",
        enterprise: str = "",
    ) -> User:
        """Add a person to the first workspace; `tz` is an IANA name, `team` another workspace's
        id for a guest in a shared channel."""
        return self.workspace.add_user(id, name, tz, admin=admin, team=team, enterprise=enterprise)

    def messages(self, channel: str, team: str = "") -> list[StoredMessage]:
        """Give a channel's messages (threads too), oldest first, without deleted ones."""
        return self.of(team).channel(channel).visible()

    def ephemerals(self, channel: str, user: str, team: str = "") -> list[StoredMessage]:
        """Give what only `user` sees in a channel."""
        found = self.of(team).channel(channel).ephemerals
        return [m for m in found if m.ephemeral_for == user and not m.deleted]

    def modals(self, user: str, team: str = "") -> list[View]:
        """Give a person's open modals, the top one last."""
        return list(self.of(team).modals.get(user, []))

    def home(self, user: str, team: str = "") -> View | None:
        """Give the Home that was published for a person."""
        return self.of(team).homes.get(user)

    # Watching

    async def change(self, since: int, timeout: float) -> int:
        """Wait (real seconds, `timeout` at most) for a change after `since`; give the version."""
        if self.version <= since:
            self._changed.clear()
            try:
                async with asyncio.timeout(timeout):
                    await self._changed.wait()
            except TimeoutError:
                pass
        return self.version

    def add_routes(self, routes: list[web.AbstractRouteDef]) -> None:
        """Serve more (the demo's page); before the look-alike is opened."""
        self._extra.extend(routes)

    def _bump(self) -> int:
        self.version += 1
        if hasattr(self, "_changed"):
            self._changed.set()
        return self.version

    def of(self, team: str) -> Workspace:
        """Give a workspace by its id; without one, the first."""
        return self.workspaces[team] if team else self.workspace

    async def _response(self, request: web.Request) -> web.StreamResponse:
        text = await request.text()

        async def run() -> web.Response:
            return await take_reply(self, request)

        return await self._api.with_fault(request, "response_url", {"body": text}, run)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        return await take_upload(self, request)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        workspace = self.workspaces.get(request.match_info["team"])
        file = workspace.files.get(request.match_info["file"]) if workspace else None
        if file is None or file.content is None:
            raise web.HTTPNotFound
        named = {"Content-Disposition": f'attachment; filename="{quote(file.name)}"'}
        return web.Response(body=file.content, content_type="text/plain", headers=named)

    async def _end(self, _: web.Application) -> None:
        self.ending = True
        self._changed.set()
        await self.sockets.close()


def _bind(port: int) -> socket.socket:
    """Take a loopback port; 0: any. Raises SettingsError when it is taken."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", port))
    except OSError as error:
        sock.close()
        raise SettingsError(
            f"--port: {port} cannot be listened on ({error.strerror}); choose another, or leave "
            "it out for a free one."
        ) from error
    return sock
