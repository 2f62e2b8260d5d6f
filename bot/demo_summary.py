"""What the demo's days came to, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from bot.demo_ends import count_ends
from bot.demo_facts import Facts
from handlers.durations import say_duration
from storage.tables.requests import AskState, State

Figures = dict[str, int | float | dict[str, int] | dict[str, dict[str, int]] | None]

KINDS = (
    ("transfer", "调拨", "transfers"),
    ("support", "支援", "supports"),
    ("diversion", "分流", "diversions"),
    ("activation", "盘活", "dead stock"),
)


def figures(facts: Facts, *, posted: int, edited: int) -> Figures:
    """Sum up; `posted` and `edited` are what the platform showed."""
    took = [one.accepted_at - one.opened_at for one in facts.requests if one.accepted_at is not None]
    steps = [step for steps in facts.steps.values() for step in steps]
    asks = Counter(one.state for asks in facts.asks.values() for one in asks)
    waits = [step for step in steps if step.breached_at is not None]
    mean = sum(took, timedelta()) / len(took) if took else None
    return {
        "requests": len(facts.requests),
        "accepted": len(took),
        "received": sum(one.finished_at is not None for one in facts.requests),
        "states": dict(sorted(Counter(str(one.state) for one in facts.requests).items())),
        "kinds": {kind: _of_kind(facts, kind) for kind, *_ in KINDS},
        "ends": count_ends(facts),
        "mean_response_seconds": round(mean.total_seconds()) if mean else None,
        "refused": asks[AskState.REFUSED],
        "unanswered": asks[AskState.EXPIRED],
        "given_back": asks[AskState.BROKEN],
        "withdrawn": sum(one.state is State.WITHDRAWN for one in facts.requests),
        "closed": sum(one.state is State.CLOSED for one in facts.requests),
        "unfilled": sum(one.state is State.UNFILLED for one in facts.requests),
        "kept": sum(one.kept == "yes" for one in facts.requests),
        "breaches": len(waits),
        "breaches_by_step": dict(sorted(Counter(step.name for step in waits).items())),
        "said_to_the_bot": len(facts.inbound),
        "messages_posted": posted,
        "messages_edited": edited,
        "costs": sum(one.amount for one in facts.costs),
        "questions": len(facts.questions),
        "points": sum(one.points for one in facts.points),
        "timers_fired": sum(one.fired_at is not None for one in facts.timers),
        "timers_cancelled": sum(one.cancelled_at is not None for one in facts.timers),
        "timers_waiting": sum(one.fired_at is None and one.cancelled_at is None for one in facts.timers),
        "audit_rows": len(facts.audited),
    }


def _of_kind(facts: Facts, kind: str) -> dict[str, int]:
    requests = [one for one in facts.requests if one.kind == kind]
    return {
        "requests": len(requests),
        "accepted": sum(one.accepted_at is not None for one in requests),
        "done": sum(one.finished_at is not None for one in requests),
    }


def summary_rows(found: Figures) -> Iterator[tuple[str, str, str]]:
    """Write the figures for people: Chinese, English, the figure."""
    seconds = found["mean_response_seconds"]
    kinds = found["kinds"]
    assert isinstance(kinds, dict)
    for kind, chinese, english in KINDS:
        counted = kinds[kind]
        assert isinstance(counted, dict)
        yield (
            f"{chinese}:发起 / 接单 / 完成",
            f"{english}: asked / accepted / done",
            "{requests} / {accepted} / {done}".format(**counted),
        )
    yield (
        "平均响应",
        "mean response",
        say_duration(timedelta(seconds=seconds), "zh") if isinstance(seconds, int) else "—",
    )
    yield "拒绝 / 未答复", "refused / unanswered", "{refused} / {unanswered}".format(**found)
    yield (
        "无法交付 / 撤回 / 关闭",
        "given back / withdrawn / closed",
        "{given_back} / {withdrawn} / {closed}".format(**found),
    )
    yield "超时", "limits broken", str(found["breaches"])
    yield "留住客户", "customers kept", str(found["kept"])
    yield "总部承担费用(元)", "costs HQ bears (¥)", str(int(str(found["costs"])) // 100)
    yield "积分", "points", str(found["points"])
    yield "收到的话和按钮", "said to the bot", str(found["said_to_the_bot"])
    yield "发出 / 修改的消息", "messages sent / edited", "{messages_posted} / {messages_edited}".format(**found)
    yield (
        "定时器:触发 / 取消 / 等待",
        "timers: fired / cancelled / waiting",
        "{timers_fired} / {timers_cancelled} / {timers_waiting}".format(**found),
    )
    yield "审计", "rows of audit", str(found["audit_rows"])
