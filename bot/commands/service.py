"""The commands room's door: text, buttons and forms in, answers out.

Nothing here knows how an answer looks (`bot.commands.blocks`, `bot.commands.cards`) or where it
came from; whatever a person asked for that cannot be done is a `Sentence`, not an error.
"""

from __future__ import annotations

from bot.commands import forms, help_words, model
from bot.commands.answers import Answer, HelpPage, HomePage, Sentence
from bot.commands.changing import Changing
from bot.commands.context import CommandContext
from bot.commands.entries import Entries
from bot.commands.files import Files
from bot.commands.finding import Finding
from bot.commands.model import Mention
from bot.commands.noted import Noted
from bot.commands.parser import parse
from bot.commands.reading import Reading
from bot.commands.submitting import Submitting
from bot.commands.trying import Trying
from bot.commands.working import Working
from bot.errors import BotError
from bot.messages import actions
from bot.news.taxonomy import Taxonomy
from bot.search.search import Search
from bot.storage.database import Database
from bot.subscriptions.service import Subscriptions

_WITH_FORMS = frozenset({"slack", "teams"})

GUEST = (
    "I belong to another organisation in this shared channel, so I can do nothing for you here; "
    "ask one of its people."
)


class Commands:
    """Answers people. Never raises for what they ask; only for what is broken."""

    def __init__(
        self, db: Database, taxonomy: Taxonomy, search: Search, subscriptions: Subscriptions
    ) -> None:
        self._subscriptions = subscriptions
        self._finding = Finding(db, taxonomy, search)
        self._trying = Trying(db, taxonomy, subscriptions, search)
        self._changing = Changing(taxonomy, subscriptions, self._trying)
        self._reading = Reading(db, taxonomy, subscriptions)
        self._entries = Entries(db, taxonomy, subscriptions)
        self._working = Working(db, subscriptions, self._entries)
        self._noted = Noted(db, taxonomy, subscriptions)
        self._files = Files(db, search, subscriptions, self._entries)
        self._submitting = Submitting(
            subscriptions, self._entries, self._changing, self._finding, self._working
        )

    async def answer(self, text: str, context: CommandContext) -> Answer:
        """Answer what a person typed; an unknown word is searched for."""
        if context.guest:
            return Sentence(GUEST, refused=True)
        try:
            return await self._do(parse(text), context)
        except BotError as error:
            return Sentence(str(error), refused=True)

    async def act(self, action: actions.Action, context: CommandContext) -> Answer:
        """Do what a button or menu asks for."""
        if context.guest:
            return Sentence(GUEST, refused=True)
        try:
            return await self._act(action, context)
        except BotError as error:
            return Sentence(str(error), refused=True)

    async def submit(self, form: forms.Submitted, context: CommandContext) -> Answer:
        """Carry out a form that was sent."""
        if context.guest:
            return Sentence(GUEST, refused=True)
        try:
            return await self._submitting.submit(form, context)
        except BotError as error:
            return Sentence(str(error), refused=True)

    async def try_form(self, form: forms.SettingsSubmitted, context: CommandContext) -> Answer:
        """Say what a settings form, as it is filled in, would have sent."""
        if context.guest:
            return Sentence(GUEST, refused=True)
        try:
            return await self._trying.form(form, context)
        except BotError as error:
            return Sentence(str(error), refused=True)

    async def home(self, context: CommandContext) -> HomePage:
        """Give what a person's Home tab shows; the feeds' health only to admins."""
        if context.guest:
            return HomePage(refusal=GUEST)
        channels = await self._reading.channels(context)
        return HomePage(
            channels=channels,
            latest=await self._finding.latest_by_topic(channels),
            feeds=await self._reading.feeds() if context.actor.admin else None,
            topic_titles=self._reading.titles,
            work=await self._working.work_of(context),
            reminders=await self._noted.reminders_of(context),
        )

    async def _do(self, command: model.Command, context: CommandContext) -> Answer:  # noqa: C901 - one line a kind
        match command:
            case model.Search():
                return await self._finding.search(command)
            case model.Latest():
                return await self._finding.latest(command)
            case model.Saved():
                return await self._finding.saved(context)
            case model.Subscribe(words=()) if context.channel.platform in _WITH_FORMS:
                return await self._reading.form(command.channel, context)
            case model.Settings():
                return await self._settings(command, context)
            case model.Try():
                tried = await self._trying.words(command, context)
                words = model.Search(" ".join(("try", *command.words)), command="try")
                return tried or await self._finding.search(words)
            case model.Topics():
                found = await self._reading.topics(command.word, context)
                return found or await self._finding.search(
                    model.Search(f"topics {command.word}", command="topics")
                )
            case model.Subscriptions():
                return await self._reading.subscriptions(command, context)
            case model.Changes():
                return await self._reading.changes(command, context)
            case model.CatchUp():
                return await self._reading.catch_up(command, context)
            case model.Why():
                return await self._reading.why(command.link, context)
            case model.Timeline():
                return await self._finding.timeline(command.link)
            case model.Feeds():
                return await self._reading.feeds()
            case model.Audit():
                return await self._files.audit(command, context)
            case model.Reminders():
                return await self._noted.reminders(command, context)
            case model.Unremind():
                return await self._noted.unremind(command, context)
            case model.Feedback():
                return await self._noted.feedback(command, context)
            case model.Permission():
                return await self._reading.permission(command, context)
            case model.Help():
                return _help(command.about)
            case _:
                return await self._change(command, context)

    async def _change(  # noqa: C901 - one line a kind
        self, command: model.Change, context: CommandContext
    ) -> Answer:
        match command:
            case model.Subscribe():
                return await self._changing.subscribe(command, context)
            case model.Unsubscribe():
                return await self._changing.unsubscribe(command, context)
            case model.Watch():
                return await self._changing.watch(command, context)
            case model.Unwatch():
                return await self._changing.unwatch(command, context)
            case model.SaveSearch():
                return await self._changing.save_search(command, context)
            case model.DigestTime():
                return await self._changing.digest_time(command, context)
            case model.Quiet():
                return await self._changing.quiet(command, context)
            case model.Urgent():
                return await self._changing.urgent(command, context)
            case model.Timezone():
                return await self._changing.timezone(command, context)
            case model.Score():
                return await self._changing.score(command, context)
            case model.Updates():
                return await self._changing.updates(command, context)
            case model.Resume():
                return await self._changing.resume(command, context)

    async def _settings(self, command: model.Settings, context: CommandContext) -> Answer:
        if context.channel.platform in _WITH_FORMS:
            return await self._reading.form(command.channel, context)
        return await self._reading.subscriptions(model.Subscriptions(command.channel), context)

    async def _act(self, action: actions.Action, context: CommandContext) -> Answer:  # noqa: C901 - one line a kind
        match action:
            case actions.SearchPage():
                return await self._finding.search(
                    model.Search(action.query, typing=action.typing), action.offset
                )
            case actions.LatestPage():
                return await self._finding.latest(model.Latest(action.topic), action.offset)
            case actions.SavedPage():
                return await self._finding.saved(context, action.offset)
            case actions.MoreLike():
                return await self._finding.more_like(action.entry)
            case actions.Timeline():
                return await self._finding.life_of(action.entry, action.offset)
            case actions.SaveEntry():
                return await self._entries.save(action, context)
            case actions.ShareForm():
                return await self._entries.ask_share(action.entry)
            case actions.ShareHere():
                return await self._entries.share(action.entry, context.place, "", context)
            case actions.Mute():
                return await self._entries.mute(action, context)
            case actions.NotRelevant():
                return await self._entries.say_irrelevant(action, context)
            case actions.WrongTopic():
                return await self._entries.ask_wrong_topic(action, context)
            case actions.Explain():
                return await self._reading.why_entry(action.entry, context)
            case actions.DigestPage():
                return await self._reading.digest_page(action.delivery, action.offset, context)
            case actions.CatchUp():
                return await self._reading.digest_of(action.days, action.offset, context)
            case actions.SettingsForm():
                if action.preset:
                    return self._reading.preset_form(action.preset, context)
                return await self._reading.form(_named(action.channel), context)
            case actions.TryForm():
                return Sentence("Open the form again; it cannot be tried from here.", refused=True)
            case actions.Subscribe():
                asked = model.Subscribe((action.topic,), mode=action.mode)
                return await self._changing.subscribe(asked, context)
            case actions.Unsubscribe():
                return await self._changing.unsubscribe(model.Unsubscribe((action.topic,)), context)
            case actions.SaveSearch():
                return await self._changing.save_search(model.SaveSearch(action.query), context)
            case actions.Resume():
                return await self._changing.resume(model.Resume(_named(action.channel)), context)
            case actions.Run():
                return await self._do(parse(action.text), context)
            case actions.Handle():
                return await self._working.handle(action, context)
            case actions.AssignForm():
                return await self._working.ask_assign(action.entry, context)
            case actions.NotApplicableForm():
                return await self._working.ask_not_applicable(action.entry, context)
            case actions.RemindForm():
                return await self._working.ask_remind(action.entry, context)
            case actions.Unremind():
                return await self._noted.cancel(action.reminder, context)
            case actions.Calendar():
                return await self._files.calendar(action.entry)
            case actions.ExportSearch():
                return await self._files.search(action, context)


def _help(about: str) -> HelpPage:
    found = help_words.command(about)
    if found is not None:
        return HelpPage(found.name)
    if not about or help_words.is_section(about):
        return HelpPage(about)
    note = f"There is no command `{about[:60]}`"
    if near := help_words.nearest(about):
        return HelpPage(near, f"{note}; this is about `{near}`.")
    return HelpPage("", f"{note}; these are all there are.")


def _named(channel: str) -> Mention | None:
    return Mention(channel, "") if channel else None
