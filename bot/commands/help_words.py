"""Help, as data: every command, its usage, what it does, examples that work as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.commands.answers import Offer
from bot.commands.parser import near_word
from bot.messages import actions


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """One command. `usage`: the ways to write it; `examples`: what to type, and what that gives;
    `also`: other words for the command itself; `related`: commands to look at next."""

    name: str
    section: str
    usage: tuple[str, ...]
    does: str
    examples: tuple[tuple[str, str], ...]
    related: tuple[str, ...]
    also: tuple[str, ...] = ()


SLOGAN = "Export-control news, by topic, once, in the right channel."
_BEGUN = 3
"""Letters from which on a word may be the beginning of a command."""
OFFERS = (
    Offer("Settings…", actions.SettingsForm(), primary=True),
    Offer("Topics", actions.Run("topics")),
    Offer("Latest news", actions.LatestPage()),
)
"""What can be done from the help with a click."""

FIND, GET, SET_UP = "Find", "Get alerts", "Set up"

COMMANDS: tuple[CommandHelp, ...] = (
    CommandHelp(
        "search",
        FIND,
        ("search WORDS", "WORDS"),
        "Searches the archive. All words must match; quotes hold a phrase together, `-` leaves "
        "out, `OR` is either; `topic:`, `company:`, `eccn:`, `cite:`, `source:`, `from:` and `to:` "
        "narrow it down. What is no command is searched for too.",
        (
            ("Entity List chips", "search for these words"),
            ('search "advanced computing" -china from:2024-01-01', "phrases, dates, not this"),
            ("search topic:entity-list eccn:3A090 company:ACME", "only with these"),
            ('search source:"Federal Register" cite:2311160003', "by publication or reference"),
        ),
        ("latest", "save", "why"),
        also=("find",),
    ),
    CommandHelp(
        "latest",
        FIND,
        ("latest [TOPIC]",),
        "Shows the newest articles, of all topics or of one.",
        (
            ("latest", "the newest articles"),
            ("latest entity-list", "the newest of one topic"),
        ),
        ("search", "digest", "topics"),
    ),
    CommandHelp(
        "topics",
        FIND,
        ("topics [TOPIC]",),
        "Lists every topic and what belongs to it, or says all of one: what does not, too.",
        (("topics", "every topic, and what belongs to it"),),
        ("subscribe", "try", "latest"),
    ),
    CommandHelp(
        "digest",
        FIND,
        ("digest [3 days|week|month]", "digest at TIME [on WEEKDAY] [#channel]"),
        "Shows what concerned this channel in the last days, 90 at most; with a time of day it "
        "sets when digests come, with a weekday when the weekly ones do.",
        (
            ("digest 3 days", "what concerned this channel in the last days"),
            ("digest at 8:30 on Monday", "when digests come"),
        ),
        ("subscribe", "timezone", "latest"),
    ),
    CommandHelp(
        "saved",
        FIND,
        ("saved",),
        "Shows your own list: what you put aside with “Save for me”. Only you see it.",
        (("saved", "your own list"),),
        ("latest", "search"),
    ),
    CommandHelp(
        "why",
        FIND,
        ("why LINK",),
        "Says why an article came to this channel, or at which step it stopped. Give its address, "
        "or the ten-digit number of an article of Export Compliance Daily.",
        (("why https://example.com/article", "why an article came here, or why not"),),
        ("subscriptions", "score", "feeds"),
    ),
    CommandHelp(
        "timeline",
        FIND,
        ("timeline LINK", "timeline NUMBER"),
        "Shows the life of a matter, the oldest first: leak, press release, Federal Register, "
        "correction, court. What belongs to it is known by story, document number, RIN, docket and "
        "the publications' own references.",
        (
            ("timeline https://example.com/article", "what came before and after an article"),
            ("timeline 2024-28270", "the same, by the number of an article or document"),
            ("timeline 0694-AJ24", "the same, by a RIN, docket, licence or page (`88 FR 73458`)"),
        ),
        ("search", "why"),
    ),
    CommandHelp(
        "try",
        GET,
        ("try TOPIC...",),
        "Says what topics would have sent here in the last 30 days; nothing is changed.",
        (("try entity-list chip-controls", "what it would have sent in the last 30 days"),),
        ("subscribe", "topics"),
    ),
    CommandHelp(
        "subscribe",
        GET,
        ("subscribe TOPIC... [#channel] [instant|daily|weekly]", "subscribe"),
        "Sends alerts of topics to a channel, at once or in a digest. `all` is every topic. "
        "Without a topic it opens the form.",
        (
            ("subscribe entity-list chip-controls", "alerts in this channel, at once"),
            ("subscribe sanctions daily", "in the daily digest (or weekly)"),
            ("subscribe all #trade", "every topic, in another channel"),
        ),
        ("unsubscribe", "try", "topics", "watch"),
    ),
    CommandHelp(
        "unsubscribe",
        GET,
        ("unsubscribe TOPIC... [#channel]",),
        "Ends the alerts of topics; `unsubscribe all` those of every topic. Watches and saved "
        "searches stay.",
        (("unsubscribe sanctions", "no more of it"),),
        ("subscribe", "unwatch", "drop"),
    ),
    CommandHelp(
        "watch",
        GET,
        ("watch TERM [= ALIAS, ...] [#channel] [instant|daily|weekly]",),
        "Alerts a channel to what names a company, an ECCN or a phrase, under any of the names "
        "that you give.",
        (("watch ACME Corp = ACME Ltd, Akme", "a company, an ECCN, a phrase, with other names"),),
        ("unwatch", "save", "subscriptions"),
    ),
    CommandHelp(
        "unwatch",
        GET,
        ("unwatch TERM [#channel]",),
        "Ends a watch.",
        (("unwatch ACME Corp", "no more of it"),),
        ("watch", "subscriptions"),
    ),
    CommandHelp(
        "save",
        GET,
        ("save search QUERY [#channel] [instant|daily|weekly]",),
        "Alerts a channel to what a search finds anew.",
        (("save search eccn:3A090 china", "what a search finds anew comes here"),),
        ("drop", "search", "watch"),
        also=("save search",),
    ),
    CommandHelp(
        "drop",
        GET,
        ("drop search QUERY [#channel]",),
        "Ends a saved search.",
        (("drop search eccn:3A090 china", "no more of it"),),
        ("save", "subscriptions"),
        also=("drop search",),
    ),
    CommandHelp(
        "subscriptions",
        GET,
        ("subscriptions [#channel]",),
        "Shows what comes to a channel, how, and who set it; in a direct message it shows all of "
        "your channels.",
        (("subscriptions", "what comes here, and who set it"),),
        ("settings", "changes", "why"),
    ),
    CommandHelp(
        "settings",
        SET_UP,
        ("settings [#channel]",),
        "Opens one form with all that a channel gets, and how.",
        (("settings", "all of this in one form"),),
        ("subscriptions", "subscribe"),
    ),
    CommandHelp(
        "quiet",
        SET_UP,
        ("quiet FROM-TO [#channel]", "quiet off"),
        "Holds alerts in these hours, in the channel's time zone, and posts them as one message "
        "afterwards. Without hours it shows what is set.",
        (("quiet 22:00-07:00", "hold alerts at night; `quiet off` ends it"),),
        ("urgent", "timezone", "digest"),
    ),
    CommandHelp(
        "urgent",
        SET_UP,
        ("urgent TOPIC... [#channel]", "urgent off"),
        "Lets topics pass quiet hours. Without a topic it shows which do.",
        (("urgent entity-list", "topics that pass quiet hours"),),
        ("quiet", "topics"),
    ),
    CommandHelp(
        "timezone",
        SET_UP,
        ("timezone CITY|ZONE|mine [#channel]",),
        "Sets the zone of a channel's times: digests, quiet hours, reminders. Without one it shows "
        "what is set.",
        (("timezone New York", "the zone of this channel's times"),),
        ("digest", "quiet"),
    ),
    CommandHelp(
        "score",
        SET_UP,
        ("score NUMBER [#channel]",),
        "Sets how sure a match must be: 0 is everything, 1 only the surest; 0.5 unless set.",
        (("score 0.7", "only surer matches"),),
        ("why", "try"),
    ),
    CommandHelp(
        "updates",
        SET_UP,
        ("updates on|off [#channel]",),
        "Says whether a posted alert follows its article when that changes in substance.",
        (("updates on", "update an alert when its article changes"),),
        ("settings", "subscriptions"),
    ),
    CommandHelp(
        "resume",
        SET_UP,
        ("resume [#channel]",),
        "Goes on with a channel that was paused because nothing could be posted there.",
        (("resume", "go on after a pause"),),
        ("subscriptions", "feeds"),
    ),
    CommandHelp(
        "changes",
        SET_UP,
        ("changes [#channel]",),
        "Shows who changed what, from what to what, the newest first.",
        (("changes", "who changed what"),),
        ("subscriptions", "permission"),
    ),
    CommandHelp(
        "permission",
        SET_UP,
        ("permission [everyone|members|admins]",),
        "Shows who may change settings in this workspace; admins set it.",
        (("permission members", "who may change settings"),),
        ("changes", "settings"),
    ),
    CommandHelp(
        "reminders",
        GET,
        ("reminders [#channel]",),
        "Lists the reminders that are still to come, yours and this channel's, each with a button "
        "that cancels it. They are set with “Remind…” under an alert whose article names dates.",
        (("reminders", "what you and this channel are reminded of, and when"),),
        ("unremind", "subscriptions"),
    ),
    CommandHelp(
        "unremind",
        GET,
        ("unremind NUMBER", "unremind LINK"),
        "Cancels a reminder by the number that `reminders` gives it, or all of an article.",
        (("unremind 12", "no reminder of that any more"),),
        ("reminders",),
    ),
    CommandHelp(
        "feedback",
        GET,
        ("feedback [#channel]",),
        "Lists what was said of this channel's alerts. Feedback is given behind the three dots of "
        "an alert: “Not relevant” says that it did not matter here, “Wrong topic…” that the "
        "article has not that topic; Undo takes either back. It is kept and counted, so that "
        "operators see how good each topic is (`exportnews evaluate`); it changes no alert by "
        "itself: for that `unsubscribe`, mute, or set a higher `score`.",
        (("feedback", "what was said of this channel's alerts, and by whom"),),
        ("score", "unsubscribe", "why"),
    ),
    CommandHelp(
        "feeds",
        SET_UP,
        ("feeds",),
        "Shows what is read and whether it works, those in trouble first.",
        (("feeds", "what is read, and whether it works"),),
        ("why", "latest"),
    ),
    CommandHelp(
        "audit",
        SET_UP,
        ("audit [from:DAY] [to:DAY]",),
        "Gives admins a CSV file of what was done with alerts: who, when, what, on which text.",
        (("audit from:2026-01-01", "for admins: what was done with alerts, as a file"),),
        ("changes",),
    ),
    CommandHelp(
        "help",
        SET_UP,
        ("help [COMMAND]",),
        "Shows all commands by example, or all of one.",
        (("help subscribe", "all of one command"),),
        ("search", "subscribe", "settings"),
    ),
)


def sections(about: str = "") -> tuple[tuple[str, Sequence[CommandHelp]], ...]:
    """Give the sections with their commands; only the one called `about`, if any is."""
    found = [(name, tuple(of)) for name, of in groupby(COMMANDS, key=lambda one: one.section)]
    return tuple(one for one in found if one[0].casefold() == about) or tuple(found)


def is_section(about: str) -> bool:
    """Whether a section has this name."""
    return about in {section.casefold() for section in (FIND, GET, SET_UP)}


def command(about: str) -> CommandHelp | None:
    """Give the command that is meant: by its name, by another word for it, or by a whole line of
    it (`subscribe sanctions`)."""
    named = {name: one for one in COMMANDS for name in (one.name, *one.also)}
    return named.get(about) or named.get(about.split(" ")[0])


def nearest(about: str, also: Sequence[str] = ()) -> str:
    """Give the command that a word may have meant: one that begins with it, or is nearly it.

    `also`: commands that there are beside those of the chat; they come first.
    """
    word = about.split(" ")[0]
    names = [*also, *(one.name for one in COMMANDS)]
    begun = (name for name in names if len(word) >= _BEGUN and name.startswith(word))
    return next(begun, "") or near_word(word, names)
