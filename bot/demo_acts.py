"""What people of the demo do about what they are shown: one function for each button they may care for."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import time, timedelta
from functools import partial

from bot import demo_diversion, demo_questions, demo_support
from bot.console import Shown
from bot.demo_network import Member, emergency_chat, managers_chat
from bot.demo_people import ZONE, People, find_button, is_card, label_of, minutes
from bot.demo_region import oversee
from handlers.chat import Button
from handlers.working_time import at_local, local
from storage.tables.people import Role

YES = ("收到,可以", "可以", "OK", "收到,可以,马上安排", "没问题", "收到，可以。")
NO = (
    "收到,不行,原因是客户已预约",
    "不行,刚卖完,没货了",
    "不行，今天人手不足",
    "收到，不行，原因是库存对不上，正在盘点",
    "不行,已被预订",
)
SHIPPED = ("已发出 顺丰 SF{number} 40分钟", "已发出,闪送 30分钟", "已发出", "已发出 货拉拉 50分钟")
BROKEN = ("开箱发现灯脚断了", "同事上午已经装车用掉了", "货车抛锚,今天送不了")
OVERRIDE = ("大客户的车,下午必须交", "索赔车,厂家在催")
REST = ("客户只要这些", "附近店顺路带到了")
HELD = "仓库正在盘点,数完就发"
CARRIED = ("明早司机顺路带", "等明天盘点后再答复")
KEPT = ("yes", "yes", "yes", "yes", "yes", "no", "unknown")

_DIGITS = 7


def read(people: People, member: Member, shown: Shown) -> None:
    """Read one private message and decide what to do about it, once for each thing that can be done."""
    label = label_of(shown.text)
    reactions = _OF_ROLE.get(member.role, _REACTIONS)
    if member.role is Role.REGION_MANAGER:
        oversee(people, member, shown)
    # What is asked of another store begins anew, but for parts: they are where they are.
    turn = (0 if label.startswith(("T", "K")) else people.turn(label), demo_diversion.is_refused(shown))
    place = (shown.id if label == "" else is_card(shown), turn)
    for button in shown.buttons:
        react = reactions.get(button.action)
        if react is not None and people.once(member.user, button.action, str(button.args), button.label, place):
            react(people, member, shown, button)
    if shown.message.ask and people.once("asked", shown.id, shown.edits):
        people.after(people.dice(shown.id), (0.2, 0.7), partial(people.write_in_turn, member, shown))
    if label and member.store and f"/freight {label}" in shown.text and people.once("record", label):
        _record(people, member, label)


def _press(people: People, member: Member, shown: Shown, button: Button) -> Callable[[], object]:
    return partial(people.press, member, shown, button)


# The store that is asked


def _asked(people: People, member: Member, shown: Shown, accept: Button) -> None:
    """Decide about an ask: the manager, the deputy where he is away and now and then before him."""
    label = label_of(shown.text)
    stores = people.asked.setdefault(label, [])
    if member.store not in stores:
        stores.append(member.store)
    dice, habit = people.dice("asked", label, member.user), people.habit(member)
    script = people.scripts.get(label)
    if member.role is not Role.STORE_MANAGER and not people.stands_in(member) and (script or dice.random() > 0.1):
        return
    if script is not None:
        plan = script[min(stores.index(member.store), len(script) - 1)]
    else:
        plan = "silent" if dice.random() < habit.silent else "refuse" if dice.random() < habit.refuses else "accept"
    if plan == "silent":
        return
    look, answer = (dice.uniform(*habit.look), dice.uniform(*habit.answer)) if script is None else (1.5, 2.5)
    seen = find_button(shown, "request.seen")
    if seen is not None and (script or dice.random() < 0.45):
        people.after(dice, (look, look), partial(people.press, member, shown, seen))
        look += answer
    do = _refusing if plan == "refuse" else _accepting
    do(people, member, shown, accept, dice, look, in_words=bool(script) or dice.random() < habit.words)


def _accepting(
    people: People, member: Member, shown: Shown, accept: Button, dice: random.Random, wait: float, *, in_words: bool
) -> None:
    part = find_button(shown, "request.accept_part")
    if part is not None and dice.random() < 0.35:

        async def some() -> None:
            people.will_write(member, "1")
            await people.press(member, shown, part)

        people.after(dice, (wait, wait), some)
    elif in_words:
        people.after(dice, (wait, wait), partial(_answer, people, member, shown, accept, dice.choice(YES), dice))
    else:
        people.after(dice, (wait, wait), partial(people.press, member, shown, accept))


def _refusing(
    people: People, member: Member, shown: Shown, accept: Button, dice: random.Random, wait: float, *, in_words: bool
) -> None:
    if in_words:
        people.after(dice, (wait, wait), partial(_answer, people, member, shown, accept, dice.choice(NO), dice))
        return
    refuse = find_button(shown, "request.refuse")
    assert refuse is not None
    people.after(dice, (wait, wait), partial(people.press, member, shown, refuse))


async def _answer(
    people: People, member: Member, shown: Shown, accept: Button, words: str, dice: random.Random
) -> None:
    """Reply in words to the own card, or to the one in the group, while it still asks."""
    if find_button(shown, accept.action, accept.args) is None:
        return
    chats = (managers_chat(member.region), emergency_chat(member.region))
    asking = (card for chat in chats for card in people.console.messages(chat))
    cards = [card for card in asking if find_button(card, accept.action, accept.args)]
    alone = label_of(shown.text).startswith("D")  # the bot asks which technician: a form of one's own
    if cards and not alone and dice.random() < 0.4:
        await people.say(member, words, chat=cards[0].address.chat, reply_to=cards[0])
    else:
        await people.say(member, words, reply_to=shown)


def _pick(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Choose one of a question's answers: the part that was meant, a reason, whatever is wrong; or write, or skip."""
    if not people.once("picked", shown.id, shown.edits):
        return
    dice = people.dice("pick", shown.id)
    options = [one for one in shown.buttons if one.action == button.action and one.args["value"] != ""]
    wanted = people.pick_of(member, str(button.args["field"]))
    chosen = [one for one in options if one.args["value"] == wanted]
    if wanted and not chosen:  # in words of one's own
        people.after(dice, (0.1, 0.5), partial(people.say, member, wanted))
    elif chosen:
        people.after(dice, (0.1, 0.5), partial(people.press, member, shown, chosen[0]))
    elif options:
        people.after(dice, (0.1, 0.5), partial(people.press, member, shown, dice.choice(options)))
    elif people.has_to_write(member):
        people.after(dice, (0.1, 0.5), partial(people.write_in_turn, member, shown))
    else:
        people.after(dice, (0.1, 0.5), partial(people.press, member, shown, button))
    if button.args["field"] == "reason":
        people.will_write(member, "这批要留给事故车")


# The store that gives


def _owes(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Ship what was promised, or find that it cannot be done."""
    label = label_of(shown.text)
    dice = people.dice("ship", label, member.store)
    if member.role is not Role.STORE_MANAGER and not people.stands_in(member):
        return
    if not people.once("owes", label, member.store, button.label, len(people.asked.get(label, ()))):
        return
    script = label in people.scripts
    if people.twist(label) == "hold":
        people.after(dice, (3, 6), partial(people.say, member, f"/hold {label} 20m {HELD}"))
    cannot = find_button(shown, "request.cannot")
    if cannot is not None and (people.twist(label) == "cannot" or (not script and dice.random() < 0.1)):

        async def give_back() -> None:
            people.will_write(member, dice.choice(BROKEN))
            await people.press(member, shown, cannot)

        people.after(dice, (8, 20), give_back)
        return
    number = dice.randrange(10**_DIGITS)
    words = (SHIPPED[0] if script else dice.choice(SHIPPED)).format(number=f"{number:0{_DIGITS}}")

    async def ship() -> None:
        if find_button(shown, button.action, button.args) is None:
            return
        if script or dice.random() < 0.5:
            await people.say(member, words, reply_to=shown)
        else:
            await people.press(member, shown, button)

    people.after(dice, (12, 18) if script else people.habit(member).ship, ship)


def _lent(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Say, the morning after, that what was lent is back."""
    label = label_of(shown.text)
    if is_card(shown) and people.acts(member) and people.once("back", label):
        tomorrow = local(people.clock.now(), ZONE).date() + timedelta(days=1)
        when = at_local(tomorrow, time(10), ZONE) + minutes(people.dice("back", label), (0, 120))
        people.at(when, partial(people.press, member, shown, button))


def _details(people: People, member: Member, shown: Shown, button: Button) -> None:
    dice = people.dice("details", label_of(shown.text), member.user)
    if "物流" in shown.text or dice.random() > 0.3 or label_of(shown.text) in people.scripts:
        return

    async def add() -> None:
        people.will_write(member, "30m")
        await people.press(member, shown, button)

    people.after(dice, (1, 5), add)


def _record(people: People, member: Member, label: str) -> None:
    """Note the freight the next morning, now and then only in the evening."""
    dice = people.dice("record", label)
    day = local(people.clock.now(), ZONE).date() + timedelta(days=1)
    start = time(9, 0) if dice.random() < 0.9 else time(18, 10)
    words = f"/freight {label} {dice.randrange(20, 95)} SF{dice.randrange(10**_DIGITS):0{_DIGITS}}"
    when = at_local(day, start, ZONE) + timedelta(seconds=dice.randrange(7200))
    people.at(when, partial(people.say, member, words))


# The store that asked


def _awaits(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Confirm what arrived: whole or in part, late, or not at all."""
    label = label_of(shown.text)
    dice, script = people.dice("receive", label, button.label), label in people.scripts
    rest, differs = find_button(shown, "transfer.rest"), find_button(shown, "transfer.differs")
    several = not button.label.endswith("×1")
    if label.startswith("K") and not people.acts(member):
        return  # of the store that takes it one is enough
    if script:
        people.after(dice, (28, 40), partial(people.press, member, shown, button))
    elif dice.random() < 0.05:
        return  # forgotten: the region confirms
    elif differs is not None and dice.random() < 0.06:

        async def complain() -> None:
            people.will_write(member, "0", "外壳裂了")
            await people.press(member, shown, differs)

        people.after(dice, (25, 60), complain)
    elif rest is not None and dice.random() < 0.4:

        async def drop() -> None:
            people.will_write(member, dice.choice(REST))
            await people.press(member, shown, rest)

        people.after(dice, (30, 90), drop)
    elif several and dice.random() < 0.4:
        people.after(dice, (25, 60), partial(people.reply_while, member, shown, button, "已收到1个"))
    elif dice.random() < 0.4:
        people.after(dice, (25, 75), partial(people.reply_while, member, shown, button, "已收到"))
    else:
        people.after(dice, (25, 75), partial(people.press, member, shown, button))


def _again(people: People, member: Member, shown: Shown, button: Button) -> None:
    dice = people.dice("again", label_of(shown.text))
    if dice.random() < 0.6:
        people.after(dice, (1, 6), partial(people.press, member, shown, button))


def _withdraws(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Now and then the customer has gone."""
    label = label_of(shown.text)
    dice = people.dice("withdraw", label)
    if label in people.scripts or not label.startswith("T") or dice.random() > 0.08:
        return
    if dice.random() < 0.5:
        people.after(dice, (3, 9), partial(people.reply_while, member, shown, button, "撤回,客户走了"))
    else:
        people.after(dice, (3, 9), partial(people.press, member, shown, button))


def _progress(people: People, member: Member, shown: Shown, button: Button) -> None:
    if not people.once("progress", shown.id):
        return
    dice = people.dice("progress", shown.id)
    if dice.random() < 0.8 or label_of(shown.text) in people.scripts:
        options = [one for one in shown.buttons if one.action == button.action]
        people.after(dice, (1, 6), partial(people.press, member, shown, options[dice.random() > 0.85]))


def _kept(people: People, member: Member, shown: Shown, button: Button) -> None:
    if not people.once("kept", shown.id):
        return
    dice = people.dice("kept", label_of(shown.text))
    script = label_of(shown.text) in people.scripts
    kept = "yes" if script else dice.choice(KEPT)
    chosen = next(one for one in shown.buttons if one.args.get("kept") == kept)
    if script or not label_of(shown.text).startswith("T") or dice.random() < 0.9:
        people.after(dice, (2, 6) if script else (5, 40), partial(people.press, member, shown, chosen))


def _not_urgent(people: People, member: Member, shown: Shown, button: Button) -> None:
    """Take it less than urgent, or say why it is all the same."""
    dice = people.dice("urgent", shown.id)
    if dice.random() < 0.7:
        today = next(one for one in shown.buttons if one.args.get("urgency") == "today")
        people.after(dice, (0.2, 1), partial(people.press, member, shown, today))
        return

    async def insist() -> None:
        people.will_write(member, dice.choice(OVERRIDE))
        await people.press(member, shown, button)

    people.after(dice, (0.2, 1), insist)


def _carry(people: People, member: Member, shown: Shown, button: Button) -> None:
    dice = people.dice("carry", shown.id, str(button.args))
    if dice.random() < 0.6:

        async def put_off() -> None:
            people.will_write(member, dice.choice(CARRIED))
            await people.press(member, shown, button)

        people.after(dice, (2, 12), put_off)


_REACTIONS: dict[str, Callable[[People, Member, Shown, Button], None]] = {
    "request.accept": _asked,
    "form.pick": _pick,
    "transfer.shipped": _owes,
    "transfer.details": _details,
    "transfer.received": _awaits,
    "transfer.again": _again,
    "request.withdraw": _withdraws,
    "request.progress": _progress,
    "request.kept": _kept,
    "transfer.override": _not_urgent,
    "reports.carry": _carry,
    "transfer.back": _lent,
    **demo_support.REACTIONS,
    **demo_diversion.REACTIONS,
    **demo_questions.REACTIONS,
}
# Who has no store oversees, and leaves the work to the stores.
_OF_ROLE: dict[Role, dict[str, Callable[[People, Member, Shown, Button], None]]] = {
    Role.REGION_MANAGER: {},
    Role.HQ: {"diversion.approve": demo_diversion.approve},
}
