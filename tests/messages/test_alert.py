"""An alert: read in two seconds, acted on with one click, taken by Slack whatever is in it."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import given, settings

from bot.messages import action_values, actions, blocks, limits, plain
from bot.messages.model import Alert, Message, Why
from bot.news.companies import company_key
from bot.news.model import WHOLE, Company
from tests.messages.makers import EARLIER, HARD, alert, wild_alerts
from tests.messages.slack_reading import marked_texts, problems_of


def rendered(**more: Any) -> Message:
    return blocks.alert_message(alert(**more))


def everything(message: Message) -> str:
    return "\n".join(marked_texts(list(message.blocks)))


def elements(message: Message) -> list[dict[str, Any]]:
    return list(message.blocks[-1]["elements"])


def test_says_what_it_is_who_reports_it_and_why_it_came() -> None:
    text = everything(rendered())
    assert text.splitlines() == [
        (
            "*<https://trade.example/article/7?a=1&amp;b=2|BIS adds eleven firms to the Entity "
            "List over chip tools>*"
        ),
        (
            "Trade Daily  ·  "
            "<!date^1772463600^{date_short_pretty} at {time}|02 Mar 2026 15:00 UTC>  ·  Rule"
        ),
        "The agency said the firms had bought chipmaking tools for the military.",
        "*Topics:* Entity List · Chip controls",
        "*Why here:* Entity List (“adds eleven firms”)",
        "*Effective:* 9 Mar 2026",
        "*Comments due:* 1 May 2026",
        "*Companies:* Acme Semiconductor (China)",
        "*ECCNs:* <https://ecfr.example/3b001|3B001>",
        "*Earlier:* <https://trade.example/5|Chip rules updated> (2310170055, 2 Mar 2026)",
        "*Refers to:* 2308280042 (not in the archive)",
        "*Also covered by:* <https://news.example/1|Other News>",
    ]


def test_the_fallback_says_it_without_blocks() -> None:
    assert rendered().text == (
        "Entity List: BIS adds eleven firms to the Entity List over chip tools (Trade Daily)"
    )


def test_a_headline_only_publication_shows_no_summary() -> None:
    assert "chipmaking tools" not in everything(rendered(summary=""))


def test_every_button_says_by_itself_what_to_do() -> None:
    open_it, save, share, life, more = elements(rendered())
    assert open_it["url"] == "https://trade.example/article/7?a=1&b=2"
    assert action_values.read(save) == actions.SaveEntry(7)
    assert action_values.read(share) == actions.ShareForm(7)
    assert action_values.read(life) == actions.Timeline(7)
    chosen = [action_values.read({"selected_option": option}) for option in more["options"]]
    assert chosen == [
        actions.Mute("topic", "entity-list", 7),
        actions.NotRelevant(7),
        actions.WrongTopic(7),
        actions.Explain(7),
    ]
    assert more["options"][0]["text"]["text"] == "Mute “Entity List” here for a week"


def test_an_article_without_an_address_has_no_button_to_open_it() -> None:
    message = rendered(link="")
    ids = [one["action_id"] for one in elements(message)]
    assert ids == ["save", "share", "timeline", "more"]
    assert problems_of(message) == []


def test_what_refers_to_nothing_and_follows_nothing_has_no_time_line() -> None:
    ids = [one["action_id"] for one in elements(rendered(refers_to=(), follow_up=False))]
    assert "timeline" not in ids


def test_a_follow_up_a_change_and_a_withdrawal_are_told_apart() -> None:
    assert "*Follow-up*" in everything(rendered(follow_up=True))
    assert "*Changed since it was posted*" in everything(rendered(edited=True))
    gone = everything(rendered(retracted=True))
    assert gone.startswith("~*<https://")
    assert "*Withdrawn by its publisher*" in gone
    assert "chipmaking tools" not in gone


def test_what_may_be_known_already_says_so_and_names_the_report() -> None:
    message = rendered(perhaps=EARLIER, follow_up=True, refers_to=())
    said = everything(message)
    assert "*May be the same story*" in said
    assert "Follow-up" not in said
    assert (
        "*Earlier report:* <https://news.example/9|Chip toolmakers listed> (2 Mar 2026). "
        "Told apart, as we are not sure that it is the same."
    ) in said
    assert message.text.startswith("May be the same story: Entity List: BIS adds")
    assert "timeline" in [one["action_id"] for one in elements(message)]
    text = plain.alert_text(alert(perhaps=EARLIER), "UTC").splitlines()
    assert text[0].startswith("[May be the same story] BIS adds")
    earlier = "Chip toolmakers listed https://news.example/9 (2 Mar 2026)"
    assert text[3].startswith(f"  Earlier report: {earlier}. Told apart")


def test_a_watch_and_a_saved_search_are_named_as_such() -> None:
    message = rendered(
        why=(
            Why("watch", "12", "Acme", ("Acme Semiconductor",)),
            Why("search", "4", "eccn:3B001", ()),
        )
    )
    assert "*Why here:* watch Acme (“Acme Semiconductor”); saved search eccn:3B001" in everything(
        message
    )


def test_where_no_phrase_says_it_the_wording_as_a_whole_is_named_and_not_quoted() -> None:
    why = (Why("topic", "trade-secrets", "Trade secrets", (WHOLE,), 0.8, main=False),)
    assert f"*Why here:* Trade secrets, in passing ({WHOLE})" in everything(rendered(why=why))
    assert f"Trade secrets, in passing ({WHOLE})" in plain.alert_text(alert(why=why), "UTC")


def test_phrases_that_only_repeat_a_part_of_another_are_left_out_and_brackets_are_closed() -> None:
    found = ("Trade Secrets", "section 36(b", "trade secrets and know-how", "secret", "a", "b")
    why = (Why("topic", "trade-secrets", "Trade secrets", found),)
    quoted = "(“section 36(b)”, “trade secrets and know-how”, “secret”)"
    assert f"*Why here:* Trade secrets {quoted}" in everything(rendered(why=why))


def test_nobody_is_notified_and_nothing_is_formatted_by_a_title() -> None:
    message = rendered(title="<!channel> *bold* _it_ ~no~ `code` :tada: & <@U1>")
    text = everything(message).splitlines()[0]
    assert "&lt;!channel&gt;" in text
    for mark in ("*bold", "_it", "~no", "`code", ":tada"):
        assert mark not in text
    assert problems_of(message) == []


def test_a_title_of_five_megabytes_is_cut_at_a_word_at_once() -> None:
    title = "Licence " * 650_000
    start = time.perf_counter()
    message = rendered(title=title, summary=title)
    assert time.perf_counter() - start < 0.1
    assert problems_of(message) == []
    assert "|Licence Licence" in everything(message)
    assert "Licence…>*" in everything(message)


def test_a_well_known_company_stands_once_in_an_alert() -> None:
    names = ("Inspur Group", "Huawei Cloud Computing Technologies Co., Ltd.")
    known = [Company(name, company_key(name), "China") for name in ("Inspur", "Huawei")]
    full = "Huawei Technologies Co Ltd"
    companies = (*(Company(name, company_key(name)) for name in names), *known)
    companies += (Company(full, company_key(full)),)
    said = f"{names[0]} (China), {names[1]}, {full} (China)"
    assert said in everything(rendered(companies=companies))


def test_long_lists_say_how_many_more_there_are() -> None:
    companies = tuple(Company(f"Firm {n}", f"firm {n}") for n in range(40))
    assert "Firm 7 and 32 more" in everything(rendered(companies=companies))


@given(wild_alerts())
@settings(max_examples=80, deadline=None)
def test_slack_takes_whatever_comes(wild: Alert) -> None:
    message = blocks.alert_message(wild)
    assert problems_of(message) == []
    assert len(message.text) <= limits.ADVISED_TEXT


@given(wild_alerts())
@settings(max_examples=30, deadline=None)
def test_plain_text_holds_no_control_characters(wild: Alert) -> None:
    text = plain.alert_text(wild, "Europe/Berlin")
    assert not any(character < " " and character != "\n" for character in text)


def test_plain_text_reads_from_top_to_bottom() -> None:
    assert plain.alert_text(alert(follow_up=True), "America/New_York").splitlines() == [
        "[Follow-up] BIS adds eleven firms to the Entity List over chip tools",
        "  Trade Daily · 2 Mar 2026 10:00 (America/New_York) · Rule",
        "  https://trade.example/article/7?a=1&b=2",
        "  Topics: Entity List · Chip controls",
        "  Why here: Entity List (“adds eleven firms”)",
        "  Effective: 9 Mar 2026",
        "  Comments due: 1 May 2026",
        "  Companies: Acme Semiconductor (China)",
        "  ECCNs: 3B001 https://ecfr.example/3b001",
        "  Earlier: Chip rules updated https://trade.example/5 (2310170055, 2 Mar 2026)",
        "  Refers to: 2308280042 (not in the archive)",
        "  Also covered by: Other News https://news.example/1",
        "  The agency said the firms had bought chipmaking tools for the military.",
    ]


def test_a_zone_that_is_none_is_taken_as_utc() -> None:
    assert "15:00 (UTC)" in plain.alert_text(alert(), "Mars/Olympus")


def test_notices_are_one_harmless_sentence() -> None:
    for text in HARD:
        assert problems_of(blocks.notice_message(text)) == []
    assert plain.notice_message("A feed\nfails.").text == "A feed fails."
