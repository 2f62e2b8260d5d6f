"""What technicians of the demo ask each other: one is answered in their group, one only by an expert who is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import partial

from bot.console import Shown
from bot.demo_network import Member, technicians_chat
from bot.demo_people import ZONE, People
from handlers.boards.specialties import has_specialty
from handlers.chat import Button
from handlers.network.sample import SampleRow
from handlers.working_time import at_local
from storage.tables.people import Role

_LABEL = re.compile(r"\bQ-\d{4,}")


@dataclass(frozen=True, slots=True)
class Doubt:
    """What somebody asks and what helps; `at_once` says that a colleague answers in the group."""

    day: int
    start: time
    specialty: str
    words: str
    answer: str
    at_once: bool


DOUBTS = (
    Doubt(0, time(14, 40), "空调", "R134a 加注后高压偏高,低压正常", "冷凝器风扇转速不够,先查风扇继电器", at_once=True),
    Doubt(1, time(10, 50), "电气", "休眠电流 180mA,拔保险查不出来", "查车门微动开关,模块一直没休眠", at_once=False),
)


def plan(people: People, cast: Sequence[Member], technicians: Sequence[SampleRow], day: date, number: int) -> None:
    """Let somebody of a region ask what others of it know."""
    for doubt in DOUBTS:
        able = _able(cast, technicians, doubt.specialty)
        if doubt.day != number or not able:
            continue
        dice = people.dice("doubt", doubt.words)
        expert = dice.choice(able)
        others = [one for one in cast if one.region == expert.region and one.store != expert.store]
        askers = [one for one in others if one.role is Role.ADVISOR]
        if askers:
            when = at_local(day, doubt.start, ZONE)
            words = f"/ask {doubt.specialty} {doubt.words}"
            people.at(when, partial(people.say, dice.choice(askers), words))
            if doubt.at_once:
                people.at(at_local(day, _after(doubt.start), ZONE), partial(_answer, people, expert, doubt))


def _able(cast: Sequence[Member], technicians: Sequence[SampleRow], specialty: str) -> list[Member]:
    known = {(row["store"], row["name"]) for row in technicians if has_specialty(str(row["specialties"]), specialty)}
    return [one for one in cast if one.role is Role.TECHNICIAN and (one.store, one.name) in known]


def _after(start: time) -> time:
    return start.replace(minute=start.minute + 9)


async def _answer(people: People, member: Member, doubt: Doubt) -> None:
    """Reply to the question's card in the group."""
    chat = technicians_chat(member.region)
    cards = [one for one in people.console.messages(chat) if doubt.words in one.text]
    if cards and people.once("answer", _label(cards[-1])):
        await people.say(member, doubt.answer, chat=chat, reply_to=cards[-1])


def _knows(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Answer what one is asked privately; of several who are called the first does."""
    doubt = next((one for one in DOUBTS if one.words in shown.text), None)
    if doubt is not None and member.role is Role.TECHNICIAN and people.once("answer", _label(shown)):
        people.after(people.dice("knows", shown.id), (4, 12), partial(people.fill, member, shown, button, doubt.answer))


def _thanks(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Say that it helped."""
    if people.once("useful", _label(shown)):
        people.after(people.dice("useful", shown.id), (5, 20), partial(people.press, member, shown, button))


def _label(shown: Shown) -> str:
    found = _LABEL.search(shown.text)
    return found[0] if found else ""


REACTIONS: dict[str, Callable[[People, Member, Shown, Button], None]] = {
    "question.answer": _knows,
    "question.useful": _thanks,
}
