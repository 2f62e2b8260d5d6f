"""What the demo's days came to, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from bot.demo_checks import Facts
from handlers.durations import say_duration
from storage.tables.requests import AskState, State

Figures = dict[str, int | float | dict[str, int] | None]


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
        "mean_response_seconds": round(mean.total_seconds()) if mean else None,
        "refused": asks[AskState.REFUSED],
        "unanswered": asks[AskState.EXPIRED],
        "given_back": asks[AskState.BROKEN],
        "unfilled": sum(one.state is State.UNFILLED for one in facts.requests),
        "kept": sum(one.kept == "yes" for one in facts.requests),
        "breaches": len(waits),
        "breaches_by_step": dict(sorted(Counter(step.name for step in waits).items())),
        "said_to_the_bot": len(facts.inbound),
        "messages_posted": posted,
        "messages_edited": edited,
        "points": sum(one.points for one in facts.points),
        "timers_fired": sum(one.fired_at is not None for one in facts.timers),
        "timers_cancelled": sum(one.cancelled_at is not None for one in facts.timers),
        "timers_waiting": sum(one.fired_at is None and one.cancelled_at is None for one in facts.timers),
        "audit_rows": len(facts.audited),
    }


def summary_lines(found: Figures) -> Iterator[str]:
    """Write the figures for people."""
    seconds = found["mean_response_seconds"]
    mean = say_duration(timedelta(seconds=seconds), "zh") if isinstance(seconds, int) else "—"
    yield "调拨 {requests} 单 · 接单 {accepted} · 送达 {received} · 留住客户 {kept}".format(**found)
    yield f"平均响应 {mean} · " + "拒绝 {refused} · 未答复 {unanswered} · 无法交付 {given_back}".format(**found)
    yield "超时 {breaches} 次 · 积分 {points} · 审计 {audit_rows} 行".format(**found)
    yield "收到 {said_to_the_bot} 条 · 发出 {messages_posted} 条 · 改卡片 {messages_edited} 次".format(**found)
    yield "定时器:触发 {timers_fired} · 取消 {timers_cancelled} · 等待 {timers_waiting}".format(**found)
    yield (
        "requests {requests} · accepted {accepted} · received {received} · breaches {breaches} · points {points}"
    ).format(**found)
