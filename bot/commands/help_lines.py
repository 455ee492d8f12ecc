"""Help, line by line, for every platform and the command line. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands import help_words
from bot.commands.answers import HelpPage, Offer
from bot.commands.help_words import CommandHelp
from bot.messages import actions, rich
from bot.messages.rich import Rich, joined, ours, together

_TYPED = 200


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the help: its heading, which may be empty, and lines."""

    heading: str
    lines: tuple[Rich, ...]


def text(answer: HelpPage, command: str) -> str:
    """Say the help in short, for notifications and screen readers. `command`: what commands begin
    with."""
    one = help_words.command(answer.about)
    if one is not None:
        return f"{one.name}: {one.does} It is written: {command}{one.usage[0]}"
    named = ", ".join(one.name for one in help_words.COMMANDS)
    return f"How to use exportnews. The commands are: {named}"


def parts(answer: HelpPage, command: str) -> list[Part]:
    """Give the help part by part. `command`: what commands begin with."""
    shown = [Part("", (rich.with_code(answer.note),))] if answer.note else []
    one = help_words.command(answer.about)
    if one is not None:
        return [*shown, *_one(one, command)]
    if not answer.about:
        shown.append(Part("", (rich.bold(ours(help_words.SLOGAN)),)))
    for section, commands in help_words.sections(answer.about):
        examples = [line for each in commands for line in _examples(each, command)]
        shown.append(Part(section, tuple(examples)))
    more = together("All of one command: ", rich.code(f"{command}help COMMAND", _TYPED))
    return [*shown, Part("", (more,))]


def _one(one: CommandHelp, command: str) -> list[Part]:
    does = [rich.with_code(one.does)]
    if one.also:
        does.append(together("Also: ", joined(_typed(one.also, command), ", ")))
    return [
        Part(one.name, tuple(does)),
        Part("How it is written", tuple(_typed(one.usage, command))),
        Part("For example", tuple(_examples(one, command))),
    ]


def related_line(answer: HelpPage, command: str) -> Rich:
    """Name the related commands, where there are no buttons for them (`offers`)."""
    one = help_words.command(answer.about)
    return together("See also: ", joined(_typed(one.related, command), ", ")) if one else ()


def _examples(one: CommandHelp, command: str) -> list[Rich]:
    return [
        together(rich.code(command + typed, _TYPED), "  ", rich.with_code(meaning))
        for typed, meaning in one.examples
    ]


def _typed(lines: Sequence[str], command: str) -> list[Rich]:
    return [rich.code(f"{command}{line}", _TYPED) for line in lines]


def offers(answer: HelpPage) -> Sequence[Offer]:
    """Give what can be done next: the help of related commands, or where to begin."""
    one = help_words.command(answer.about)
    if one is None:
        return help_words.OFFERS
    every = Offer("All commands", actions.Run("help"))
    return (*(Offer(f"Help: {name}", actions.Run(f"help {name}")) for name in one.related), every)
