"""Monday's scoreboard, and each store manager's own line of it."""

from __future__ import annotations

from datetime import datetime

from handlers import texts
from handlers.chat import Line, Message, bold, line, message
from handlers.durations import say_duration
from handlers.reports import rules
from handlers.reports.messages import Lateness, late_line, say_day, say_mean, say_short, say_value

MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}


def week_board(
    language: str,
    timezone: str,
    name: str,
    figures: rules.WeekFigures,
    now: datetime,
    *,
    region_id: int | None = None,
    late: Lateness | None = None,
) -> Message:
    """Tell the network's week: what each kind did, every store's line, and one real case."""
    first, last = say_day(figures.first_day, language), say_day(figures.last_day, language)
    title = texts.say(language, "reports.week_title", name=name, first=first, last=last)
    rows = [line(bold(title)), *late_line(language, timezone, now, late), *_kinds(language, figures)]
    value = say_value(figures.total, figures.currency, language)
    rows.append(line(bold(texts.say(language, "reports.week_total", value=value))))
    stores, only_region = rules.lines_for(figures.stores, region_id)
    if stores:
        key = "reports.board_region" if only_region else "reports.board"
        rows += [line(""), line(bold(texts.say(language, key))), line(texts.say(language, "reports.board_key"))]
        rows += [_store(language, store, figures.currency) for store in stores]
    if figures.case is not None:
        rows += [line(""), _case(language, figures.case)]
    return message(*rows)


def own_line(language: str, store: rules.StoreWeek, of: int, currency: str) -> Message:
    """Tell a store's manager the own place and how it moved."""
    shared = texts.say(language, "reports.shared") if store.shared else ""
    head = texts.say(
        language,
        "reports.own",
        store=store.name,
        place=store.place,
        shared=shared,
        of=of,
        moved=_moved(language, store),
    )
    figures = texts.say(
        language,
        "reports.own_figures",
        points=store.points,
        received=store.received,
        answer=say_mean(store.answer, language),
        value=say_value(store.value, currency, language),
    )
    return message(line(bold(head)), figures)


def _kinds(language: str, figures: rules.WeekFigures) -> list[Line]:
    """Say what each kind of request did; a kind nobody used yet is not named."""

    def value(amount: int) -> str:
        return say_value(amount, figures.currency, language)

    transfers, supports, diversions = figures.transfers, figures.supports, figures.diversions
    said = [
        texts.say(
            language,
            "reports.week_transfers",
            count=transfers.count,
            response=say_mean(transfers.response, language),
            delivery=say_mean(transfers.delivery, language),
        ),
        texts.say(language, "reports.week_kept", kept=transfers.kept, value=value(transfers.value)),
    ]
    if transfers.decision is not None:
        said.append(texts.say(language, "reports.week_decision", decision=say_duration(transfers.decision, language)))
    if supports is not None:
        satisfaction = "–" if supports.satisfaction is None else _decimal(supports.satisfaction, language)
        said.append(
            texts.say(
                language,
                "reports.week_supports",
                count=supports.count,
                solved=supports.solved,
                satisfaction=satisfaction,
            )
        )
    if diversions is not None:
        said.append(
            texts.say(
                language,
                "reports.week_diversions",
                count=diversions.count,
                agreed=diversions.agreed_per_cent,
                compensation=value(diversions.compensation),
            )
        )
        said.append(texts.say(language, "reports.week_diverted", value=value(diversions.value)))
    if figures.activations is not None:
        moved = figures.activations
        said.append(texts.say(language, "reports.week_activations", count=moved.count, pieces=moved.pieces))
    return [line(words) for words in said]


def _store(language: str, store: rules.StoreWeek, currency: str) -> Line:
    """Say one store's week in a line that a phone does not wrap."""
    place = MEDALS.get(store.place, f"{store.place}.")
    words = texts.say(
        language,
        "reports.board_line",
        points=store.points,
        received=store.received,
        answer=say_mean(store.answer, language),
        value=say_short(store.value, currency, language),
    )
    return line(f"{place} ", bold(store.name), words, _arrow(store.moved))


def _arrow(moved: int | None) -> str:
    if not moved:
        return ""
    return f" ↑{moved}" if moved > 0 else f" ↓{-moved}"


def _moved(language: str, store: rules.StoreWeek) -> str:
    if store.moved is None:
        return ""
    if store.moved == 0:
        return texts.say(language, "reports.stayed")
    return texts.say(language, "reports.rose" if store.moved > 0 else "reports.fell", count=abs(store.moved))


def _case(language: str, case: rules.Case) -> Line:
    return line(
        texts.say(
            language,
            "reports.case",
            store=case.store,
            what=case.what,
            owner=case.owner,
            response=say_duration(case.response, language),
            took=say_duration(case.took, language),
            label=case.label,
        )
    )


def _decimal(number: float, language: str) -> str:
    words = f"{number:.1f}"
    return words.replace(".", ",") if texts.language_of(language) == "es" else words
