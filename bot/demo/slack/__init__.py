"""A Slack look-alike on loopback: the demo's Slack, and the tests'."""

from bot.demo.slack.faults import ApiError, CutAfter, CutBefore, Delay, Garbage, Status
from bot.demo.slack.in_channels import EventReceipt
from bot.demo.slack.in_views import Submitted
from bot.demo.slack.lookalike import SlackLookalike
from bot.demo.slack.model import ApiCall, Replies, StoredMessage, View
from bot.demo.slack.workspace import Workspace

__all__ = [
    "ApiCall",
    "ApiError",
    "CutAfter",
    "CutBefore",
    "Delay",
    "EventReceipt",
    "Garbage",
    "Replies",
    "SlackLookalike",
    "Status",
    "StoredMessage",
    "Submitted",
    "View",
    "Workspace",
]
