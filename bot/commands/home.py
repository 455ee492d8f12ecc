"""The Home tab: what the person's channels get, the latest by topic, feeds for admins."""

from __future__ import annotations

from bot.commands import noted_lines
from bot.commands.answers import HomePage, Offer, RemindersList
from bot.commands.blocks import feed_line, row_blocks
from bot.commands.listing_blocks import offers
from bot.commands.settings_blocks import channel_blocks
from bot.commands.views import View
from bot.messages import actions, kit, limits, rich, words
from bot.messages.kit import Block
from bot.messages.mrkdwn import escape, link
from bot.messages.slack_text import mrkdwn

_CHANNELS_MOST, _REMINDERS_MOST = 10, 5
_TOPICS_MOST, _FEEDS_MOST = 6, 10


def home_view(page: HomePage) -> View:
    """Render the Home tab, at most 100 blocks."""
    blocks = [*_lead(page), *_work(page), *_reminders(page)]
    blocks += [*_channels(page), *_latest(page), *_feeds(page)]
    if page.refusal:
        blocks = [kit.section(escape(page.refusal, 500))]
    return {"type": "home", "callback_id": "home", "blocks": blocks[: limits.VIEW_BLOCKS]}


def _lead(page: HomePage) -> list[Block]:
    buttons = [
        Offer("Latest news", actions.LatestPage()),
        Offer("Topics", actions.Run("topics")),
        Offer("Saved for you", actions.SavedPage()),
        Offer("Help", actions.Run("help")),
    ]
    if page.channels:
        return [kit.header("Export-control news"), offers(buttons, "home")]
    steps = (
        "*Three steps to begin*\n"
        "1. Invite me to a channel: `/invite @exportnews`\n"
        "2. Type there: `/exportnews subscribe entity-list chip-controls`, or "
        "`/exportnews settings` for a form\n"
        "3. That is all: each story comes once. Search with `/exportnews` and any words."
    )
    return [kit.header("Export-control news"), kit.section(steps), offers(buttons, "home")]


def _work(page: HomePage) -> list[Block]:
    lines = [
        f"• {link(one.link, one.title, 150)} in <#{one.channel}>"
        + (f", due {words.day(one.step.due)}" if one.step.due else "")
        for one in page.work
    ]
    return [kit.divider(), kit.header("Assigned to you"), *kit.paragraphs(lines)] if lines else []


def _reminders(page: HomePage) -> list[Block]:
    if not page.reminders:
        return []
    shown = RemindersList(page.reminders[:_REMINDERS_MOST])
    rows = row_blocks(noted_lines.reminder_rows(shown))
    return [kit.divider(), kit.header("Your reminders"), *rows]


def _channels(page: HomePage) -> list[Block]:
    if not page.channels:
        return []
    blocks = [kit.divider(), kit.header("Your channels")]
    for settings in page.channels[:_CHANNELS_MOST]:
        blocks += channel_blocks(settings, page.topic_titles)
    left = len(page.channels) - _CHANNELS_MOST
    if left > 0:
        blocks.append(kit.context(f"and {words.count(left, 'more channel')}"))
    return blocks


def _latest(page: HomePage) -> list[Block]:
    shown = [latest for latest in page.latest if latest.results][:_TOPICS_MOST]
    if not shown:
        return []
    blocks = [kit.divider(), kit.header("Latest by topic")]
    for latest in shown:
        lines = [f"*{escape(latest.title, 100)}*"]
        lines += [
            f"• {link(one.link, one.title, 150)} _{escape(one.publication, 80)}, "
            f"{mrkdwn(rich.published(one.published, 'day'))}_"
            for one in latest.results
        ]
        blocks += kit.paragraphs(lines, sections=1)
    more = [Offer(one.title, actions.LatestPage(one.topic)) for one in shown]
    blocks.append(offers(more, "latest"))
    return blocks


def _feeds(page: HomePage) -> list[Block]:
    if page.feeds is None or not page.feeds.rows:
        return []
    rows = page.feeds.rows
    trouble = [row for row in rows if row.state not in {"ok", "waiting"}]
    well = len(rows) - len(trouble)
    lines = [feed_line(row) for row in trouble[:_FEEDS_MOST]]
    head = kit.section(f"{well} of {words.count(len(rows), 'feed')} in order")
    return [
        kit.divider(),
        kit.header("Feeds"),
        head,
        *kit.paragraphs(lines, sections=2),
        offers([Offer("All feeds", actions.Run("feeds"))], "feeds"),
    ]
