"""What people of the demo do about a technician's support: confirm, prepare, arrive, work, record, rate."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from bot.console import Shown
from bot.demo_network import Member
from bot.demo_people import People, awake, find_button, is_card, label_of, minutes
from handlers.chat import Button
from storage.tables.people import Role

TIRED = ("张师傅家里有急事,去不了", "那天本店来了两台事故车,人走不开", "他的高压证过期了,正在补办")
LEFT = ("车主转去别家了", "车主不修了,要换车", "厂家派人来了")
TICKETS = ("高铁票", "过路费发票", "打车票")
FAR = 50  # kilometres from which travel is paid

_EXPERT = re.compile(r"👨‍🔧 (\S+) T\d")
_WAY = re.compile(r"约 (\d+) 公里")


def _agrees(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Confirm time, cost and travel, as a rule at once; or find that nobody can be sent after all."""
    label = label_of(shown.text)
    dice = people.dice("agree", label, member.store, people.turn(label))
    if not people.acts(member):
        return
    if button.args["item"] != "all":  # one by one
        wait = 0.5 + 0.5 * sum(one.action == button.action for one in shown.buttons[: shown.buttons.index(button)])
        people.after(dice, (wait, wait), partial(people.press, member, shown, button))
        return
    if not people.once("agree", label, member.store, people.turn(label)):
        return
    plan = people.plans.get(label)
    cannot = find_button(shown, "request.cannot")
    if cannot is not None and plan is not None and plan.twist == "cannot" and people.turn(label) == 1:
        people.after(dice, (6, 14), partial(people.fill, member, shown, cannot, dice.choice(TIRED)))
    elif dice.random() < 0.2:
        each = [one for one in shown.buttons if one.action == button.action and one != button] or [button]
        for place, one in enumerate(each):
            people.after(dice, (6 + place, 6.9 + place), partial(people.press, member, shown, one))
    else:
        late = dice.random() < 0.1 and not (plan and plan.script)
        span = (65.0, 95.0) if late else (3.0, 9.0) if plan and plan.script else (5.0, 40.0)
        people.after(dice, span, partial(people.press, member, shown, button))


def _ticks(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Tick a line of the checklist; now and then one is forgotten."""
    label = label_of(shown.text)
    key = ("tick", label, member.store, button.args["item"], people.turn(label))
    if not people.acts(member) or not people.once(*key):
        return
    dice = people.dice(*key)
    if label in people.scripts or dice.random() > 0.06:
        people.after(dice, (5, 120), partial(people.press, member, shown, button))


def _arrives(people: People, member: Member, shown: Shown, button: Button) -> None:
    """See the technician come, on the day; or let him know that he need not."""
    label = label_of(shown.text)
    plan = people.plans.get(label)
    dice = people.dice("arrive", label)
    if plan is None or plan.starts_at is None or not people.once("arrive", label, people.turn(label)):
        return
    withdraw = find_button(shown, "request.withdraw")
    if plan.twist == "withdraw" and withdraw is not None:
        people.after(dice, (20, 50), partial(people.reply_while, member, shown, withdraw, f"撤回,{dice.choice(LEFT)}"))
        return
    span = (20.0, 28.0) if plan.twist == "late" else (-8.0, 9.0)
    at = max(plan.starts_at + minutes(dice, span), awake(people.clock.now() + timedelta(minutes=1)))
    people.at(at, partial(people.press, member, shown, button))


def _works(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Say that the work is done: the technician among his visits, or his manager on the card."""
    if member.role is Role.TECHNICIAN:
        dice = people.dice("done", str(button.args))
        people.after(dice, (0.3, 1), partial(people.press, member, shown, button))
        return
    label = label_of(shown.text)
    plan = people.plans.get(label)
    if not people.acts(member) or not people.once("done", label):
        return
    dice = people.dice("done", label)
    now = people.clock.now()
    ends_at = plan.ends_at if plan and plan.ends_at else now + timedelta(hours=2)
    at = max(ends_at + minutes(dice, (-40, 20)), now + minutes(dice, (20, 60)))
    expert = _expert(people, member, shown)
    if expert is not None and dice.random() < 0.6:
        people.at(at, partial(people.say, expert, "/visits"))
        at += timedelta(minutes=30)
    people.at(at, partial(people.press, member, shown, button))
    way = _WAY.search(shown.text)
    if way and int(way[1]) >= FAR:
        receipt = f"{dice.choice(TICKETS)}E{dice.randrange(10**7):07}"
        words = f"/cost {label} 差旅 {dice.randrange(40, 190)} {receipt}"
        people.at(awake(at + minutes(dice, (40, 160))), partial(people.say, member, words))


def _expert(people: People, member: Member, shown: Shown) -> Member | None:
    named = _EXPERT.search(shown.text)
    return next((one for one in people.cast if named and one.store == member.store and one.name == named[1]), None)


def _records(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Record what came of it: as a rule the fault is found."""
    label = label_of(shown.text)
    if not is_card(shown) or not people.once("record", label):
        return
    dice = people.dice("record", label)
    twist = people.twist(label)
    unsolved = twist == "unsolved" or (twist == "" and dice.random() < 0.06)
    hours, satisfaction = dice.choice(("2.5", "3", "4", "3.5小时")), dice.choice((9, 9, 10, 10, 8))
    words = (hours, str(5 if unsolved else satisfaction))
    solved = "no" if unsolved else "yes"
    people.after(dice, (25, 90), partial(people.fill, member, shown, button, *words, picks={"solved": solved}))


def _rates(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Rate the other store, most of the time."""
    label = label_of(shown.text)
    if not people.acts(member) or not people.once("rate", label, member.store):
        return
    dice = people.dice("rate", label, member.store)
    if label in people.scripts or dice.random() < 0.85:
        score = dice.choice((10, 10, 9, 9, 9, 8, 7))
        chosen = next(one for one in shown.buttons if one.args.get("score") == score)
        people.after(dice, (10, 120), partial(people.press, member, shown, chosen))


REACTIONS: dict[str, Callable[[People, Member, Shown, Button], None]] = {
    "support.agree": _agrees,
    "support.tick": _ticks,
    "support.arrived": _arrives,
    "support.done": _works,
    "support.record": _records,
    "support.rate": _rates,
}
