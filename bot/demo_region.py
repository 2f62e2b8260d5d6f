"""What a region manager of the demo does: assign, close, confirm what was forgotten, decide a complaint."""

from __future__ import annotations

import random
import re
from functools import partial

from bot.console import Shown
from bot.demo_diversion import resolve
from bot.demo_network import Member
from bot.demo_people import People, find_button, label_of

NO_STORE = ("各店都没有,已向厂家订货", "客户同意等厂家到货")
NOBODY = ("网络内没有合适的技师,已请厂家支持", "改到下周,重新发起")
NO_BAY = ("客户改天再来", "客户同意在本店等")
NO_NEED = ("各店都用不上,先留着", "下月再问")

_PART = re.compile(r"T-\d{4,} (.+?) ×\d")


def oversee(people: People, member: Member, shown: Shown) -> None:
    """Assign what nobody can fill, close it, or confirm a receipt that was forgotten."""
    label = label_of(shown.text)
    dice = people.dice("region", shown.id)
    received = find_button(shown, "transfer.received")
    if received is not None and people.once("confirm", label):
        people.after(dice, (15, 40), partial(people.press, member, shown, received))
    if "没有门店可以接" in shown.text and people.once("unfilled", shown.id):
        decide = _decide if label.startswith("T") else _close
        people.after(dice, (4, 25), partial(decide, people, member, shown, label, dice))
    resolve(people, member, shown)


async def _decide(people: People, member: Member, shown: Shown, label: str, dice: random.Random) -> None:
    part = _PART.search(shown.text)
    asker = people.asker.get(label)
    stores = {one.store for one in people.cast if one.store and one.region == member.region}
    refused = set(people.asked.get(label, ()))
    have = [
        store
        for store in sorted(stores)
        if part and people.shelf[store].get(part[1], 0) > 1 and (asker is None or store != asker.store)
    ]
    willing = [store for store in have if store not in refused] or have
    if willing and dice.random() < 0.6 and people.twist(label) != "nobody":
        await people.say(member, f"/assign {label} {dice.choice(willing)}")
    else:
        await people.say(member, f"/close {label} {dice.choice(NO_STORE)}")


async def _close(people: People, member: Member, shown: Shown, label: str, dice: random.Random) -> None:
    """End what no store of the network can do."""
    why = {"S": NOBODY, "K": NO_NEED}.get(label[:1], NO_BAY)
    await people.say(member, f"/close {label} {dice.choice(why)}")
