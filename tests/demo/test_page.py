"""The demo's page in a real browser: what the bot posts is shown, what people do reaches it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from playwright.async_api import Browser
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack import SlackLookalike
from bot.demo.slack.page.server import Hint, Page
from tests.support.browser import BROWSER_MARKS, open_page
from tests.support.slack import until

YOU, NEWS, OTHER = "U0YOU00001", "C0NEWS0001", "C0OTHER001"
HINTS = (Hint("latest entity-list", "The newest of one topic"), Hint("help", "What can be asked"))


def text(words: str, kind: str = "mrkdwn") -> dict[str, Any]:
    return {"type": kind, "text": words}


def option(words: str) -> dict[str, Any]:
    return {"text": text(words, "plain_text"), "value": words.lower()}


ALERT: list[dict[str, Any]] = [
    {"type": "header", "text": text("Today", "plain_text")},
    {"type": "section", "text": text("*<https://news.example/1?a=1&amp;b=2|Chips &amp; tools>*")},
    {"type": "context", "elements": [text("<!date^1700000000^{date_num} {time}|then>")]},
    {"type": "section", "fields": [text("*Topics:* Entity List"), text("~old~ _new_ `3A090`")]},
    {"type": "divider"},
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "save",
                "value": "1",
                "text": text("Save for me", "plain_text"),
            },
            {
                "type": "overflow",
                "action_id": "more",
                "options": [option("Mute"), option("Wrong topic")],
            },
        ],
    },
]
MODAL: dict[str, Any] = {
    "type": "modal",
    "title": text("Settings", "plain_text"),
    "submit": text("Save", "plain_text"),
    "blocks": [
        {
            "type": "input",
            "block_id": "term",
            "label": text("Company", "plain_text"),
            "element": {"type": "plain_text_input", "action_id": "typed"},
        },
        {
            "type": "input",
            "block_id": "topics",
            "label": text("Topics", "plain_text"),
            "element": {
                "type": "multi_static_select",
                "action_id": "chosen",
                "options": [option("Chips"), option("Secrets")],
                "initial_options": [option("Chips")],
            },
        },
    ],
}
HOME: dict[str, Any] = {
    "type": "home",
    "blocks": [{"type": "section", "text": text("*Your channels*")}],
}


def make_app(slack: SlackLookalike, heard: list[Any]) -> AsyncApp:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)

    @app.command("/exportnews")
    async def command(ack: Any, respond: Any, command: Any, client: Any) -> None:
        await ack()
        heard.append(command["text"])
        if command["text"] == "settings":
            await client.views_open(trigger_id=command["trigger_id"], view=MODAL)
        else:
            await respond(text=f"You asked: {command['text']}")

    @app.action("save")
    async def save(ack: Any, action: Any) -> None:
        await ack()
        heard.append(("save", action["value"]))

    @app.action("more")
    async def more(ack: Any, action: Any) -> None:
        await ack()
        heard.append(("more", action["selected_option"]["value"]))

    @app.view("")
    async def saved(ack: Any, view: Any) -> None:
        values = view["state"]["values"]
        typed = values["term"]["typed"]["value"]
        heard.append((typed, [o["value"] for o in values["topics"]["chosen"]["selected_options"]]))
        if typed == "wrong":
            await ack(response_action="errors", errors={"term": "No such company."})
        else:
            await ack()

    @app.event("app_home_opened")
    async def home(event: Any, client: Any) -> None:
        await client.views_publish(user_id=event["user"], view=HOME)

    return app


@asynccontextmanager
async def open_demo() -> AsyncIterator[tuple[SlackLookalike, AsyncWebClient, list[Any]]]:
    slack = SlackLookalike(limits=False)
    Page(slack, you=YOU, hints=HINTS)
    heard: list[Any] = []
    async with slack:
        slack.add_channel(NEWS, "export-controls", topic="All about chips")
        slack.add_channel(OTHER, "sanctions")
        slack.add_user(YOU, "You", admin=True)
        handler = AsyncSocketModeHandler(make_app(slack, heard), slack.app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        try:
            yield slack, AsyncWebClient(slack.bot_token, base_url=slack.api_url), heard
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


pytestmark = BROWSER_MARKS


async def test_alerts_are_shown_as_they_come_and_their_elements_work(browser: Browser) -> None:
    zone = "Europe/Amsterdam"
    async with (
        open_demo() as (slack, client, heard),
        open_page(browser, slack.url, timezone_id=zone) as page,
    ):
        await page.get_by_text("bot connected").wait_for()
        await client.chat_postMessage(channel=NEWS, text="Chips", blocks=ALERT)
        link = page.get_by_role("link", name="Chips & tools")
        assert await link.get_attribute("href") == "https://news.example/1?a=1&b=2"
        assert await page.get_by_role("heading", name="Today", level=3).is_visible()
        assert await page.get_by_text("2023-11-14 11:13 PM").is_visible()
        assert await page.locator(".fields s").inner_text() == "old"
        await page.get_by_role("button", name="Save for me").click()
        await page.get_by_role("button", name="More actions").click()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await until(slack, lambda: len(heard) == 2)
        assert heard == [("save", "1"), ("more", "wrong topic")]


async def test_other_channels_count_what_is_new_and_edits_replace(browser: Browser) -> None:
    async with open_demo() as (slack, client, _), open_page(browser, slack.url) as page:
        await page.get_by_text("bot connected").wait_for()
        ts = (await client.chat_postMessage(channel=OTHER, text="first"))["ts"]
        button = page.get_by_role("button", name="#sanctions")
        await page.locator(".badge").wait_for()
        assert "1" in await button.inner_text()
        await button.click()
        await page.get_by_text("first", exact=True).wait_for()
        await client.chat_update(channel=OTHER, ts=ts, text="second")
        await page.get_by_text("second", exact=True).wait_for()
        assert await page.get_by_text("first", exact=True).count() == 0
        await client.chat_postMessage(channel=OTHER, text="in thread", thread_ts=ts)
        await page.get_by_role("button", name="1 reply").click()
        await page.locator("#thread").get_by_text("in thread").wait_for()


async def test_commands_are_hinted_sent_and_answered_to_you_alone(browser: Browser) -> None:
    async with open_demo() as (slack, _, heard), open_page(browser, slack.url) as page:
        await page.get_by_text("bot connected").wait_for()
        box = page.get_by_role("combobox", name="Message")
        await box.fill("/exportnews la")
        await page.get_by_role("option", name="latest entity-list").wait_for()
        await page.keyboard.press("Tab")
        assert await box.input_value() == "/exportnews latest entity-list"
        await page.keyboard.press("Enter")
        await page.get_by_text("You asked: latest entity-list").wait_for()
        assert heard == ["latest entity-list"]
        await page.get_by_role("button", name="Dismiss").click()
        assert await page.get_by_text("You asked").count() == 0


async def test_a_modal_is_filled_in_refused_and_saved(browser: Browser) -> None:
    async with open_demo() as (slack, _, heard), open_page(browser, slack.url) as page:
        await page.get_by_text("bot connected").wait_for()
        await page.get_by_role("combobox", name="Message").fill("/exportnews settings")
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Settings")
        await dialog.get_by_role("button", name="Save").click()
        await dialog.get_by_text("complete this required field").wait_for()
        await dialog.get_by_label("Company").fill("wrong")
        await dialog.get_by_role("button", name="Save").click()
        await dialog.get_by_text("No such company.").wait_for()
        await dialog.get_by_label("Company").fill("Jinlan")
        await dialog.locator("summary").click()
        await dialog.get_by_label("Secrets").check()
        await dialog.get_by_role("button", name="Save").click()
        await dialog.wait_for(state="hidden")
        assert heard[-1] == ("Jinlan", ["chips", "secrets"])


async def test_the_home_is_shown(browser: Browser) -> None:
    async with open_demo() as (slack, _, _heard), open_page(browser, slack.url) as page:
        await page.get_by_role("button", name="exportnews: Home").click()
        await page.get_by_text("Your channels").wait_for()


async def test_a_phone_shows_one_thing_at_a_time_without_scrolling_sideways(
    browser: Browser,
) -> None:
    async with open_demo() as (slack, client, _):
        await client.chat_postMessage(channel=NEWS, text="Chips", blocks=ALERT)
        async with open_page(browser, slack.url, viewport={"width": 360, "height": 700}) as page:
            await page.get_by_role("link", name="Chips & tools").wait_for()
            assert not await page.get_by_role("button", name="#sanctions").is_visible()
            await page.get_by_role("button", name="Channels").click()
            await page.get_by_role("button", name="#sanctions").click()
            await page.get_by_role("heading", name="#sanctions").wait_for()
            width = await page.evaluate("document.documentElement.scrollWidth")
            assert width <= 360


async def test_markup_in_a_message_is_text_never_html(browser: Browser) -> None:
    async with open_demo() as (slack, client, _):
        bad = "&lt;img src=x onerror=alert(1)&gt; <javascript:alert(1)|click> <!channel>"
        await client.chat_postMessage(channel=NEWS, text=bad)
        async with open_page(browser, slack.url) as page:
            message = page.locator(".message")
            await message.wait_for()
            assert await message.locator("img").count() == 0
            assert "<img src=x" in await message.inner_text()
            assert await message.get_by_role("link", name="click").get_attribute("href") == "#"
            assert await message.locator(".mention.everyone").inner_text() == "@channel"


async def test_only_its_own_page_on_this_machine_is_answered() -> None:
    async with open_demo() as (slack, _, heard), httpx.AsyncClient(base_url=slack.url) as http:
        asked = {"text": "help", "channel": NEWS}
        foreign = await http.post("/page/slash", json=asked, headers={"Origin": "http://a.example"})
        rebound = await http.get("/page/state", headers={"Host": "a.example"})
        form = await http.post("/page/slash", data=asked)
        assert (foreign.status_code, rebound.status_code, form.status_code) == (403, 403, 415)
        assert heard == []
        page = await http.get("/")
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
        assert (await http.get("/page/server.py")).status_code == 404
