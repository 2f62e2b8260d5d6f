"""What the talk about a request leaves: what was heard and said, the record, buttons, cards and timers."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.year_network import PLATFORM
from benchmarks.year_words import ANSWERED, RECEIVED, RECORDED, SEEN, SHIPPED, Words, by_kind, insert

# Who says or is told what, and when: the requester's people and those of who gave.
_ACTS = (
    "WITH told(k, act, s_at, giver) AS (VALUES (1, 'transfer.open', 0, 0), "
    f"(2, 'request.seen', {SEEN}, 1), (3, 'request.accept', {ANSWERED}, 1), (4, 'transfer.shipped', {SHIPPED}, 1), "
    f"(5, 'transfer.received', {RECEIVED}, 0), (6, 'transfer.freight', {RECORDED}, 1)) "
)
_ACTORS = "lives CROSS JOIN told WHERE v <> 4 OR k < 3"
_WHO = "(3 * CASE WHEN giver = 1 THEN o ELSE s END - 2)"
_ACT = "replace(act, 'transfer.', kind || '.')"
_LETTER = by_kind("'T-'", "'S-'", "'D-'")


def said(words: Words) -> Iterator[str]:
    """Tell what a closed request leaves of the talk about it."""
    yield from _heard(words)
    yield from cards(words)
    yield from _queues(words)


def _heard(words: Words) -> Iterator[str]:
    """Tell what was said to the bot, the record of it, and the buttons."""
    yield insert(
        "inbound",
        {
            "id": "6 * (n - 1) + k",
            "source": "'telegram:' || (6 * (n - 1) + k)",
            "platform": f"'{PLATFORM}'",
            "chat": f"'u' || {_WHO}",
            "payload": f"""'{{"id":"telegram:' || (6 * (n - 1) + k) || '","kind":"button","origin":{{"platform":"""
            f""""telegram","chat":"u' || {_WHO} || '"}},"user":"u' || {_WHO} || '","private":true}}'""",
            "received_at": words.at("t + s_at"),
            "done_at": words.at("t + s_at"),
            "attempts": "0",
            "error": "''",
        },
        _ACTORS,
        _ACTS,
    )
    yield insert(
        "audit_entries",
        {
            "id": "6 * (n - 1) + k",
            "at": words.at("t + s_at"),
            "person_id": _WHO,
            "platform": f"'{PLATFORM}'",
            "user": "'u' || " + _WHO,
            "chat": "'u' || " + _WHO,
            "inbound_id": "6 * (n - 1) + k",
            "act": _ACT,
            "subject": f"{_LETTER} || n",
            "before": "''",
            "after": "''",
            "reason": "''",
            "refused": "v = 7 AND k = 2",
            "policy_id": "1",
        },
        _ACTORS,
        _ACTS,
    )
    yield insert(
        "button_tokens",
        {
            "token": words.token("6 * (n - 1) + k"),
            "key": f"""{_ACT} || ' {{"request": ' || n || '}}'""",
            "action": _ACT,
            "args": """'{"request": ' || n || '}'""",
            "created_at": words.at("t"),
        },
        _ACTORS,
        _ACTS,
    )


def cards(words: Words) -> Iterator[str]:
    """Tell the three cards of a request: the group's, who asked, who gives."""
    given = "WITH told(k) AS (VALUES (1), (2), (3)) "
    who = "(3 * CASE WHEN k = 2 THEN s ELSE o END - 2)"
    chat = f"CASE WHEN k = 1 THEN 'r' || r ELSE 'u' || {who} END"
    yield insert(
        "cards",
        {
            "id": "3 * (n - 1) + k",
            "request_id": "n",
            "platform": f"'{PLATFORM}'",
            "chat": chat,
            "thread": "''",
            "person_id": f"CASE WHEN k > 1 THEN {who} END",
            "language": "'zh'",
            "timezone": "'Asia/Shanghai'",
            "posted_chat": chat,
            "told_event": "0",
            # A group counts its messages by itself; private ones are counted together.
            "message": "CASE WHEN k = 1 THEN CAST(n / 25 AS TEXT) ELSE CAST(3 * n + k AS TEXT) END",
            "reposted": "FALSE",
            "rendered": "'20cb986029c9de1e7bd2659fe287f3ac'",
        },
        "lives CROSS JOIN told",
        given,
    )


def _queues(words: Words) -> Iterator[str]:
    given = (
        "WITH told(k, what, limit_s, to_s) AS (VALUES (1, '0:deliver:due', 28800, 5400), "
        "(2, '0:open:too_long', 86400, 5400), (3, '1:seen:due', 900, 60), (4, '1:answer:due', 1860, 120), "
        "(5, '1:ship:nudge50', 1400, 2700), (6, '1:ship:due', 2820, 2700), (7, '1:receive:due', 28800, 5400), "
        "(8, '1:record:due', 60000, 9000)) "
    )
    fired = "to_s > limit_s"
    yield insert(
        "timers",
        {
            "id": "8 * (n - 1) + k",
            "key": "'request:' || n || ':' || what",
            "name": "CASE WHEN k = 5 THEN 'requests.nudge' WHEN k = 2 THEN 'requests.open_too_long' "
            "ELSE 'requests.due' END",
            "args": """'{"request": ' || n || ', "step": ' || (8 * (n - 1) + k) || '}'""",
            "request_id": "n",
            "due_at": words.at("t + limit_s"),
            "try_at": words.at("t + limit_s"),
            "fired_at": f"CASE WHEN {fired} THEN {words.at('t + limit_s')} END",
            "cancelled_at": f"CASE WHEN NOT ({fired}) THEN {words.at('t + to_s')} END",
            "attempts": "0",
            "error": "''",
        },
        "lives CROSS JOIN told WHERE v <> 4 OR k < 4",
        given,
    )
    given = (
        f"WITH told(k, card, s_at) AS (VALUES (1, 1, 0), (2, 2, 0), (3, 3, 0), (4, 0, {ANSWERED}), "
        f"(5, 1, {ANSWERED}), (6, 2, {ANSWERED}), (7, 1, {SHIPPED}), (8, 3, {RECEIVED}), (9, 1, {RECORDED}), "
        f"(10, 0, {RECORDED})) "
    )
    chat = "CASE WHEN card = 1 THEN 'r' || r WHEN card = 3 THEN 'u' || (3 * o - 2) ELSE 'u' || (3 * s - 2) END"
    yield insert(
        "outbox",
        {
            "id": "10 * (n - 1) + k",
            "platform": f"'{PLATFORM}'",
            "chat": chat,
            "thread": "''",
            "only_for": "''",
            "reply_to": "''",
            "priority": "1",
            "payload": f"""'{{"lines":[[{{"text":"' || {_LETTER} || n || ' 调拨","style":"bold"}}],"""
            """[{"text":"状态:等发货"}]]}'""",
            "card_id": "CASE WHEN card > 0 THEN 3 * (n - 1) + card END",
            "edit": "card > 0 AND k > 3",
            "under_card": "FALSE",
            "created_at": words.at("t + s_at"),
            "try_at": words.at("t + s_at"),
            "claimed_at": words.at("t + s_at"),
            "claimed_by": "'year'",
            "done_at": words.at("t + s_at"),
            "message": "CASE WHEN k = 1 THEN CAST(n / 25 AS TEXT) WHEN k < 4 OR card = 0 "
            "THEN CAST(3 * n + k AS TEXT) ELSE '' END",
            "failed": "''",
            "attempts": "0",
        },
        "lives CROSS JOIN told WHERE v <> 4 OR k < 4",
        given,
    )
