"""What a request itself leaves: its rows, asks, steps, story and entries, for each row of `lives`."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.year_helps import helps
from benchmarks.year_words import ANSWERED, RECEIVED, RECORDED, SEEN, SHIPPED, Words, by_kind, insert


def closed_life(words: Words) -> Iterator[str]:
    """Tell a request that was closed."""
    yield from _requests(words)
    yield from helps(words)
    yield from _asks(words)
    yield from _steps(words)
    yield from _story(words)
    yield from _ledger(words)


def _requests(words: Words) -> Iterator[str]:
    done = "v <> 4"
    yield insert(
        "requests",
        {
            "id": "n",
            "kind": "kind",
            "number": "n",
            "urgency": "CASE WHEN n % 3 = 0 THEN 'urgent' WHEN n % 3 = 1 THEN 'today' ELSE 'normal' END",
            "state": f"CASE WHEN {done} THEN 'recorded' ELSE 'withdrawn' END",
            "store_id": "s",
            "region_id": "r",
            "author_id": "3 * s - 2",
            "owner_store_id": f"CASE WHEN {done} THEN o END",
            "owner_person_id": f"CASE WHEN {done} THEN 3 * o - 2 END",
            "policy_id": "1",
            "matter": "'客户在等'",
            "customer_waits": "n % 3 = 0",
            "override_reason": "''",
            "opened_at": words.at("t"),
            "cap_at": words.at("t + 28800"),
            "accepted_at": f"CASE WHEN {done} THEN {words.at(f't + {ANSWERED} + x')} END",
            "finished_at": f"CASE WHEN {done} THEN {words.at(f't + {RECEIVED} + x')} END",
            "ended_at": words.at(f"t + CASE WHEN {done} THEN {RECORDED} ELSE {ANSWERED} END + x"),
            "escalations": "CASE WHEN v = 5 THEN 1 ELSE 0 END",
            "kept": f"CASE WHEN {done} AND n % 6 = 0 THEN 'yes' ELSE '' END",
            "satisfaction": f"CASE WHEN {done} AND kind <> 'transfer' THEN 8 + n % 3 END",
            "end_reason": "''",
        },
    )
    yield _transfers(*[f"CASE WHEN {done} THEN 1 ELSE 0 END"] * 3)


def _transfers(accepted: str, shipped: str, received: str) -> str:
    return insert(
        "transfers",
        {
            "request_id": "n",
            "part_id": "part",
            "asked": "1",
            "accepted": accepted,
            "shipped": shipped,
            "received": received,
            "lost": "0",
            "cancelled": "0",
            "difference": "''",
            "courier": "'顺丰'",
            "waybill": "'SF' || n",
        },
        "lives WHERE kind = 'transfer'",
    )


def _ask(words: Words, *, place: int, store: str, state: str, at: str, answered: str, source: str) -> str:
    """Ask a store; a life has room for two asks: 2 n - 1 and 2 n."""
    by = "''" if place == 2 else "CASE WHEN v < 3 THEN 'no_stock' ELSE '' END"
    return insert(
        "asks",
        {
            "id": f"2 * n - {2 - place}",
            "request_id": "n",
            "store_id": store,
            "rank": str(place),
            "state": state,
            "reasons": """'[["why.enough", {}], ["why.way", {"km": 12, "minutes": 20}]]'""",
            "asked_at": words.at(at),
            "seen_at": f"CASE WHEN {answered} IS NOT NULL THEN {words.at(f'{at} + {SEEN}')} END",
            "answered_at": f"CASE WHEN {answered} IS NOT NULL THEN {words.at(answered)} END",
            "answered_by": f"CASE WHEN {answered} IS NOT NULL THEN 3 * {store} - 2 END",
            "refusal": by,
            "refusal_words": "''",
        },
        source,
    )


def _asks(words: Words) -> Iterator[str]:
    first = "CASE WHEN v < 3 THEN 'refused' WHEN v = 4 THEN 'cancelled' ELSE 'accepted' END"
    answered = f"(CASE WHEN v <> 4 THEN t + {ANSWERED} + CASE WHEN v < 3 THEN 0 ELSE x END END)"
    yield _ask(words, place=1, store="f", state=first, at="t", answered=answered, source="lives")
    yield _ask(
        words,
        place=2,
        store="o",
        state="'accepted'",
        at=f"t + {ANSWERED}",
        answered=f"(t + {ANSWERED} + {SEEN} + x)",
        source="lives WHERE v < 3",
    )


def _steps(words: Words) -> Iterator[str]:
    """Tell the steps of a life: eight places, of which a life with one ask leaves two empty."""
    given = (
        "WITH told(k, name, turn, from_s, limit_s, to_s) AS (VALUES "
        f"(1, 'deliver', 0, 0, 28800, {RECEIVED}), (2, 'seen', 1, 0, 900, {SEEN}), "
        f"(3, 'answer', 1, {SEEN}, 1860, {ANSWERED}), (4, 'seen', 2, {ANSWERED}, 1020, {ANSWERED + 30}), "
        f"(5, 'answer', 2, {ANSWERED + 30}, 1950, {ANSWERED + 60}), (6, 'ship', 3, {ANSWERED}, 2820, {SHIPPED}), "
        f"(7, 'receive', 3, {SHIPPED}, 28800, {RECEIVED}), (8, 'record', 3, {RECEIVED}, 60000, {RECORDED})) "
    )
    turn = "CASE WHEN turn < 3 THEN turn WHEN v < 3 THEN 2 ELSE 1 END"
    named = {"deliver": ("agree_host", "contact"), "ship": ("agree", "depart"), "receive": ("work", "serve")}
    others = [" ".join(f"WHEN '{name}' THEN '{said[at]}'" for name, said in named.items()) for at in (0, 1)]
    late = "(name = 'ship' AND v = 5)"
    yield insert(
        "steps",
        {
            "id": "8 * (n - 1) + k",
            "request_id": "n",
            "ask_id": f"CASE WHEN turn > 0 THEN 2 * n - 2 + {turn} END",
            "turn": turn,
            "name": by_kind("name", *[f"CASE name {other} ELSE name END" for other in others]),
            "store_id": "CASE WHEN name IN ('deliver', 'receive') THEN s WHEN turn = 1 THEN f ELSE o END",
            "started_at": words.at("t + from_s"),
            "due_at": words.at(f"t + CASE WHEN {late} THEN to_s - 60 ELSE limit_s END"),
            "ended_at": words.at("t + to_s"),
            "outcome": f"CASE WHEN {late} THEN 'breached' WHEN v = 4 THEN 'cancelled' ELSE 'met' END",
            "breached_at": f"CASE WHEN {late} THEN {words.at('t + to_s - 60')} END",
            "extended": "0",
            "snoozed": "''",
        },
        "lives CROSS JOIN told WHERE (turn <> 2 OR v < 3) AND (v <> 4 OR k < 3)",
        given,
    )


def _story(words: Words) -> Iterator[str]:
    given = (
        "WITH told(k, word, args, s_at) AS (VALUES "
        """(1, 'opened', '{"reason": ""}', 0), (2, 'asked', '{"rank": 1}', 0), """
        f"(3, 'seen', '{{}}', {SEEN}), (4, 'refused', '{{\"code\": \"no_stock\", \"words\": \"\"}}', {ANSWERED}), "
        f"(5, 'asked', '{{\"rank\": 2}}', {ANSWERED}), (6, 'seen', '{{}}', {ANSWERED + 30}), "
        f"(7, 'accepted', '{{}}', {ANSWERED + 60}), (8, 'shipped', '{{\"quantity\": 1}}', {SHIPPED}), "
        f"(9, 'carried', '{{\"reason\": \"明天送\"}}', {SHIPPED}), "
        f"(10, 'received', '{{\"quantity\": 1, \"asked\": 1}}', {RECEIVED}), "
        f"(11, 'credited', '{{\"points\": 1}}', {RECEIVED}), "
        f'(12, \'recorded\', \'{{"amount": 2400, "currency": "CNY", "waybill": "SF1"}}\', {RECORDED})) '
    )
    words_of = by_kind("word", "'confirmed'", "'departed'"), by_kind("word", "'work_done'", "'served'")
    yield insert(
        "events",
        {
            "id": "12 * (n - 1) + k",
            "request_id": "n",
            "at": words.at("t + s_at"),
            "word": f"CASE WHEN v = 4 AND k = 3 THEN 'withdrawn' WHEN k = 8 THEN {words_of[0]} "
            f"WHEN k = 10 THEN {words_of[1]} ELSE word END",
            "args": "args",
            "person_id": "CASE WHEN word <> 'asked' THEN 3 * s - 2 END",
            "store_id": "CASE WHEN k IN (2, 3, 4) THEN f WHEN k IN (1, 10) THEN s ELSE o END",
        },
        "lives CROSS JOIN told WHERE (k NOT IN (4, 5, 6) OR v < 3) AND (k <> 9 OR v = 6) AND (v <> 4 OR k < 4)",
        given,
    )


def _ledger(words: Words) -> Iterator[str]:
    done = "lives WHERE v <> 4"
    received, recorded = words.at(f"t + {RECEIVED} + x"), words.at(f"t + {RECORDED} + x")
    yield insert(
        "stock_moves",
        {
            "id": "n",
            "key": "'request:' || n || ':1:0'",
            "request_id": "n",
            "part_id": "part",
            "from_store_id": "o",
            "to_store_id": "s",
            "quantity_out": "1",
            "quantity_in": "1",
            "moved_at": received,
        },
        f"{done} AND kind = 'transfer'",
    )
    common = {"policy_id": "1", "request_id": "n", "reason": "''"}
    cost = by_kind("'freight'", "'subsidy'", "'compensation'")
    yield insert(
        "points_entries",
        {
            "id": "n",
            "key": "'request:' || n || ':' || kind",
            "store_id": "o",
            "points": by_kind(1, 5, 2),
            "rule": "'points.' || kind",
            "person_id": "3 * s - 2",
            "at": received,
            **common,
        },
        done,
    )
    yield insert(
        "money_entries",
        {
            "id": "n",
            "key": f"'request:' || n || ':' || {cost}",
            "amount": by_kind(2_400, 30_000, 20_000),
            "currency": "'CNY'",
            "payer": "'hq'",
            "payee": by_kind("'carrier'", "'technician'", "'customer'"),
            "rule": f"'cost.' || {cost}",
            "reference": "'SF' || n",
            "person_id": "3 * o - 2",
            "at": recorded,
            **common,
        },
        "lives WHERE v <> 4 AND n % 4 <> 0",
    )


def open_life(words: Words) -> Iterator[str]:
    """Tell the requests that are open: n % 3 = 0 is being asked, 1 is accepted, 2 is on the way."""
    accepted, shipped = "n % 3 > 0", "n % 3 = 2"
    yield insert(
        "requests",
        {
            "id": "n",
            "kind": "'transfer'",
            "number": "n",
            "urgency": "'today'",
            "store_id": "s",
            "region_id": "r",
            "state": f"CASE WHEN {shipped} THEN 'shipped' WHEN {accepted} THEN 'accepted' ELSE 'asking' END",
            "author_id": "3 * s - 2",
            "owner_store_id": f"CASE WHEN {accepted} THEN f END",
            "owner_person_id": f"CASE WHEN {accepted} THEN 3 * f - 2 END",
            "policy_id": "1",
            "matter": "'客户在等'",
            "customer_waits": "TRUE",
            "override_reason": "''",
            "opened_at": words.at("t"),
            "cap_at": words.at("t + 28800"),
            "accepted_at": f"CASE WHEN {accepted} THEN {words.at('t + 60')} END",
            "escalations": "0",
            "kept": "''",
            "end_reason": "''",
        },
    )
    yield _transfers(f"CASE WHEN {accepted} THEN 1 ELSE 0 END", f"CASE WHEN {shipped} THEN 1 ELSE 0 END", "0")
    yield _ask(
        words,
        place=1,
        store="f",
        state=f"CASE WHEN {accepted} THEN 'accepted' ELSE 'pending' END",
        at="t",
        answered=f"(CASE WHEN {accepted} THEN t + 60 END)",
        source="lives",
    )
    yield from _open_clocks(words)


def _open_clocks(words: Words) -> Iterator[str]:
    given = (
        "WITH told(k, name, third) AS (VALUES (1, 'deliver', 9), (2, 'seen', 0), (6, 'ship', 1), (7, 'receive', 2)) "
    )
    mine = "lives CROSS JOIN told WHERE third = 9 OR third = n % 3"
    due = words.at("t + 28800")
    yield insert(
        "steps",
        {
            "id": "8 * (n - 1) + k",
            "request_id": "n",
            "ask_id": "CASE WHEN k > 1 THEN 2 * n - 1 END",
            "turn": "CASE WHEN k > 1 THEN 1 ELSE 0 END",
            "name": "name",
            "store_id": "CASE WHEN name IN ('deliver', 'receive') THEN s ELSE f END",
            "started_at": words.at("t"),
            "due_at": due,
            "extended": "0",
            "snoozed": "''",
        },
        mine,
        given,
    )
    yield insert(
        "timers",
        {
            "id": "8 * (n - 1) + k",
            "key": "'request:' || n || ':' || name || ':due'",
            "name": "'requests.due'",
            "args": """'{"request": ' || n || ', "step": ' || (8 * (n - 1) + k) || '}'""",
            "request_id": "n",
            "due_at": due,
            "try_at": due,
            "attempts": "0",
            "error": "''",
        },
        mine,
        given,
    )
    yield insert(
        "events",
        {
            "id": "12 * (n - 1) + k",
            "request_id": "n",
            "at": words.at("t"),
            "word": "word",
            "args": "args",
            "person_id": "3 * s - 2",
            "store_id": "s",
        },
        "lives CROSS JOIN told",
        """WITH told(k, word, args) AS (VALUES (1, 'opened', '{"reason": ""}'), (2, 'asked', '{"rank": 1}')) """,
    )
