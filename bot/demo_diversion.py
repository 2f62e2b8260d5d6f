"""What people of the demo do about a customer who is sent to another store, and HQ and the region about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from functools import partial

from bot.console import Shown
from bot.demo_network import Member
from bot.demo_people import ZONE, People, find_button, is_card, label_of, minutes
from handlers.chat import Button
from handlers.working_time import at_local, local

ALL_THE_SAME = "客户要赶飞机"
NOBODY_THERE = "电话没人接,十分钟后再打"
TURNED_BACK = "客户半路接到电话,回公司了"
TOO_MUCH = "超出惯例,请按服务券 200 处理"
LARGE = "服务券 2500"  # over the cap
COMPLAINTS = ("保养后机油灯亮", "轮胎换完方向盘抖", "交车时座椅有油渍")
DECIDED = {"upheld": "确是装配疏忽,免费返修", "dismissed": "到店复检,灯亮与保养无关"}
WAITS_HERE = 0.12  # of customers who may choose


def _goes(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Ask the customer, who goes or waits."""
    label = label_of(shown.text)
    if not people.once("goes", label):
        return
    dice, plan = people.dice("goes", label), people.plans.get(label)
    waits = find_button(shown, "diversion.waits")
    stays = plan.twist == "waits" if plan and (plan.script or plan.twist) else dice.random() < WAITS_HERE
    chosen = waits if stays and waits is not None else button
    span = (1.0, 3.0) if plan and plan.script else (0.8, 5.6)  # the limit is five minutes
    people.after(dice, span, partial(people.press, member, shown, chosen))


def _insists(people: People, member: Member, shown: Shown, button: Button) -> None:
    people.after(people.dice("override", shown.id), (0.3, 1), partial(people.fill, member, shown, button, ALL_THE_SAME))


def _looks(people: People, member: Member, shown: Shown, button: Button) -> None:
    """See the customer's number, in order to call."""
    label = label_of(shown.text)
    if not people.is_asker(member, label) and people.acts(member) and people.once("look", label, member.store):
        people.after(people.dice("look", label), (0.5, 1.5), partial(people.press, member, shown, button))


def _calls(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Call the customer; once in a while nobody answers the first time."""
    label = label_of(shown.text)
    if not people.acts(member) or not people.once("call", label, member.store):
        return
    dice = people.dice("call", label)
    missed = find_button(shown, "diversion.not_reached")
    if missed is not None and label not in people.scripts and dice.random() < 0.15:
        people.after(dice, (2, 5), partial(people.fill, member, shown, missed, NOBODY_THERE))
        people.after(dice, (14, 20), partial(people.press, member, shown, button))
        return
    span = (2.0, 5.0) if label in people.scripts else (3.0, 10.5)  # the limit is ten minutes
    people.after(dice, span, partial(people.press, member, shown, button))


def _arranges(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Arrange the way and the compensation; what HQ does not approve is made smaller."""
    label, twist = label_of(shown.text), people.twist(label_of(shown.text))
    refused = is_refused(shown)
    if not is_card(shown) or ("接送:" in shown.text and not refused):
        return
    if not people.once("arrange", label, people.turn(label), refused):
        return
    dice = people.dice("arrange", label, people.turn(label), refused)
    dear = twist in {"dear", "denied"} and not refused
    picks = {
        "transport": "taxi" if label in people.scripts else dice.choice(("taxi", "car", "own")),
        "compensation": LARGE if dear else dice.choice(("voucher", "voucher", "cash")),
    }
    people.after(dice, (3, 12), partial(people.fill, member, shown, button, picks=picks))


def _departs(people: People, member: Member, shown: Shown, button: Button) -> None:
    """See the customer off."""
    label = label_of(shown.text)
    if not is_card(shown) or not people.once("depart", label, people.turn(label)):
        return
    dice = people.dice("depart", label)
    act = people.reply_while if dice.random() < 0.3 else None
    do = partial(act, member, shown, button, "已出发") if act else partial(people.press, member, shown, button)
    people.after(dice, (3, 9), do)


def _arrives(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Receive the customer; some never come, one turns back."""
    label, twist = label_of(shown.text), people.twist(label_of(shown.text))
    if twist == "no_show" or not people.acts(member) or not people.once("arrive", label, member.store):
        return
    dice = people.dice("arrive", label)
    back = find_button(shown, "diversion.back")
    if twist == "back" and back is not None:
        people.after(dice, (10, 20), partial(people.fill, member, shown, back, TURNED_BACK))
    else:
        people.after(dice, (18, 45), partial(people.press, member, shown, button))


def _serves(people: People, member: Member, shown: Shown, button: Button) -> None:
    """End the work with the customer's satisfaction."""
    label = label_of(shown.text)
    if not people.acts(member) or not people.once("serve", label):
        return
    dice = people.dice("serve", label)
    kept = "yes" if label in people.scripts else dice.choice(("yes", "yes", "yes", "yes", "unknown"))
    words = str(dice.choice((8, 9, 9, 10, 10)))
    people.after(dice, (45, 100), partial(people.fill, member, shown, button, words, picks={"kept": kept}))


def _records(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Record what the work was worth; a customer may complain the day after."""
    label, twist = label_of(shown.text), people.twist(label_of(shown.text))
    if not is_card(shown) or not people.acts(member) or not people.once("record", label):
        return
    dice = people.dice("record", label)
    words = str(dice.choice((480, 860, 980, 1280, 1650)))
    people.after(dice, (15, 70), partial(people.fill, member, shown, button, words))
    asker = people.asker.get(label)
    if asker is not None and twist.startswith("complaint"):
        tomorrow = local(people.clock.now(), ZONE).date() + timedelta(days=1)
        when = at_local(tomorrow, time(10), ZONE) + minutes(dice, (0, 90))
        people.at(when, partial(people.say, asker, f"/complaint {label} {dice.choice(COMPLAINTS)}"))


REACTIONS: dict[str, Callable[[People, Member, Shown, Button], None]] = {
    "diversion.goes": _goes,
    "diversion.override": _insists,
    "customers.look": _looks,
    "diversion.reached": _calls,
    "diversion.transport": _arranges,
    "diversion.depart": _departs,
    "diversion.arrive": _arrives,
    "diversion.serve": _serves,
    "diversion.record": _records,
}


def is_refused(shown: Shown) -> bool:
    """Say whether HQ has not approved what a card says of the way and the compensation."""
    return "总部未批准" in shown.text


# HQ and the region


def approve(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Approve, as HQ, what is over the cap, or not; of several one decides."""
    label = label_of(shown.text)
    if not people.once("approve", label):
        return
    dice = people.dice("approve", label)
    refuse = find_button(shown, "diversion.not_approve")
    if people.twist(label) == "denied" and refuse is not None:
        people.after(dice, (3, 8), partial(people.fill, member, shown, refuse, TOO_MUCH))
    else:
        people.after(dice, (3, 8), partial(people.press, member, shown, button))


def resolve(people: People, member: Member, shown: Shown) -> None:
    """Decide a complaint, as the region, once it has been looked into."""
    label = label_of(shown.text)
    outcome = "upheld" if people.twist(label) == "complaint_upheld" else "dismissed"
    chosen = next(
        (one for one in shown.buttons if one.action == "diversion.resolve" and one.args.get("outcome") == outcome),
        None,
    )
    if chosen is not None and people.once("resolve", label):
        dice = people.dice("resolve", label)
        people.after(dice, (60, 240), partial(people.fill, member, shown, chosen, DECIDED[outcome], tries=1))
