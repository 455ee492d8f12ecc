"""Decisions about failed sends, as pure functions."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.policy import Limit, RetryPolicy, cannot_tell, judge
from bot.errors import DeliveryError

POLICY = RetryPolicy(first=2, longest=600, attempts=5)


@given(st.integers(min_value=1, max_value=10_000), st.integers())
def test_waits_double_up_to_the_longest_and_differ_by_chance(attempts: int, seed: int) -> None:
    full = min(600.0, 2.0 * 2 ** min(attempts - 1, 20))
    assert full / 2 <= POLICY.wait(attempts, Random(seed)) <= full


def test_the_usual_policy_outlasts_an_outage_of_hours() -> None:
    policy = RetryPolicy()
    rng = Random(7)
    shortest = sum(policy.wait(n, rng) for n in range(1, policy.attempts)) / 3600
    assert 4 < shortest < 12


def test_being_told_to_wait_limits_the_workspace_and_costs_no_attempt() -> None:
    verdict = judge(DeliveryError("Wait.", retry_after=30), 7, 5, "send", POLICY, Random(1))
    assert verdict.limit == Limit("send", 30)
    assert (verdict.outcome.result, verdict.outcome.wait) == ("failed", 30)
    assert not verdict.outcome.counts
    assert not verdict.pause


def test_a_lasting_failure_keeps_the_delivery_and_pauses_the_channel() -> None:
    verdict = judge(
        DeliveryError("The channel is archived.", permanent=True), 7, 1, "send", POLICY, Random(1)
    )
    assert verdict.outcome.result == "kept"
    assert verdict.pause == "The channel is archived."


def test_a_fault_of_the_message_ends_it_alone() -> None:
    error = DeliveryError("Too long.", permanent=True, of_message=True)
    verdict = judge(error, 7, 1, "send", POLICY, Random(1))
    assert verdict.outcome.result == "dead"
    assert not verdict.pause


def test_the_last_attempt_gives_up_and_keeps_the_doubt() -> None:
    for unknown in (False, True):
        verdict = judge(
            DeliveryError("No answer.", unknown=unknown), 7, 5, "send", POLICY, Random(1)
        )
        assert verdict.outcome.result == "dead"
        assert verdict.outcome.unknown is unknown
        assert "5 attempts" in (verdict.outcome.reason or "")


def test_a_doubt_is_left_to_settle_before_anything_else() -> None:
    verdict = judge(DeliveryError("Cut.", unknown=True), 7, 1, "send", POLICY, Random(1))
    assert verdict.outcome.unknown
    assert verdict.outcome.wait >= POLICY.settle


def test_the_setting_decides_only_when_nobody_will_say() -> None:
    def ask(error: DeliveryError, *, attempts: int = 1, unknown_for: float = 0) -> object:
        return cannot_tell(error, 7, attempts, unknown_for, POLICY, Random(1))

    assert ask(DeliveryError("No right to read.")) is None
    assert ask(DeliveryError("Later.", retry_after=60)) is not None
    assert ask(DeliveryError("No answer.", unknown=True), unknown_for=3600) is not None
    assert ask(DeliveryError("No answer.", unknown=True), attempts=9, unknown_for=3600) is None
