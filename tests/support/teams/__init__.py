"""The tests' Teams: a look-alike on loopback, with two tenants, their people and rooms."""

from __future__ import annotations

from tests.support.teams.lookalike import APP_ID, SECRET, TeamsLookalike
from tests.support.teams.model import Fault, Person, Post, Room

__all__ = ["APP_ID", "SECRET", "Fault", "Person", "Post", "Room", "TeamsLookalike"]

TENANT, OTHER_TENANT = (
    "5d1a6c3e-0000-4000-8000-00000000a001",
    "5d1a6c3e-0000-4000-8000-00000000b002",
)


def furnish(teams: TeamsLookalike) -> None:
    """Put people and rooms into both tenants; the bot is in none of them yet."""
    for tenant, letter in ((TENANT, "a"), (OTHER_TENANT, "b")):
        mara = teams.add_person(Person(f"29:1mara-{letter}", "Mara Lindqvist", tenant))
        ken = teams.add_person(Person(f"29:1ken-{letter}", "Ken Abe", tenant, "Asia/Tokyo"))
        team = f"19:general-{letter}@thread.tacv2"
        for name, id_ in (("", team), ("Chips", f"19:chips-{letter}@thread.tacv2")):
            teams.add_room(Room(id_, tenant, "channel", name, team, "Trade", {mara.id, ken.id}))
        teams.add_room(
            Room(f"19:group-{letter}@thread.v2", tenant, "groupChat", "Licences", members={mara.id})
        )
