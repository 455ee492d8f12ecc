"""Queries as people type them, and worse: strategies for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

_WORDS = """
export exports exported entity list entities chip-making chipmaking chips semiconductor license
licensing Huawei ASML BIS bureau of industry and security MOFCOM 出口 管制 出口管制 镓 U.S. 3A090
744.23 sanctions the a OR AND NOT blacklist Türkiye O'Brien company's
"""
_FIELDS = """
topic:entity-list topic:chips topic:no-such-topic source:gazette source:"Federal_Register"
company:Huawei eccn:3A090 eccn:3b001 cite:2601100003 cite:"88_FR_73458" story:1 story:x from:2025
from:2025-13 to:2025-06 to:2024-02-30 sort:date sort:up no:field from: :x ::
"""
WORDS = _WORDS.split()
FIELDS = [field.replace("_", " ") for field in _FIELDS.split()]
BROKEN = ["cite:\x00a", "source:\ud800b", "\x00", "company:\x1f", "topic:\udfff"]

_word = st.sampled_from(WORDS)
_operand = st.one_of(
    _word,
    _word.map(lambda word: f"-{word}"),
    _word.map(lambda word: f"+{word}"),
    st.lists(_word, min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.sampled_from(FIELDS),
    st.sampled_from(BROKEN),
    st.sampled_from(
        ['"', "“", "(", ")", "-", "*", "'", "\\", "#all", "^", "NEAR(", ";--", "%", ":", "|"]
    ),
)
typed = st.lists(_operand, max_size=7).map(" ".join)
anything = st.one_of(typed, st.text(max_size=60))
