"""The people of the busy hour: what they do follows from the seed and from what they are shown, and from nothing else.

So a bot that was killed finds them as they were: whoever meant to answer still does, at the same minute, and what was
handed over and not acknowledged comes again with the same number.
"""

from __future__ import annotations

import heapq
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.chat import Address, Button, Inbound, InboundKind
from storage.tables.people import Role
from tests.hour_world import Shown, World

MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE
_LABEL = re.compile(r"\bT-\d{4}")
_NO = ("不行,刚卖完,没货了", "收到,不行,原因是客户已预约", "不行,已被预订")
_SHIPPED = ("已发出 顺丰 SF1234567 40分钟", "已发出", "已发出 货拉拉 50分钟")
_MATTERS = ("urgent 客户在等", "急 客户在店等", "今天 客户已约", "普通 补库存", "urgent 事故车 客户在等")


@dataclass(frozen=True)
class Member:
    """Somebody who talks; `user` is their number on the platform and their private chat."""

    user: str
    role: Role
    store: str = ""


@dataclass(frozen=True, order=True)
class Wish:
    """What somebody is going to do, and when; `key` is its number on the platform."""

    at: datetime
    key: str
    member: Member
    text: str = ""
    token: str = ""
    chat: str = ""
    reply_to: str = ""

    def inbound(self) -> Inbound:
        """Return it as the platform hands it over."""
        chat = self.chat or self.member.user
        text, private = self.text.removeprefix("/"), chat == self.member.user
        return Inbound(
            f"telegram:{self.key}",
            InboundKind.BUTTON if self.token else InboundKind.TEXT,
            Address("telegram", chat),
            user=self.member.user,
            user_name=self.member.user,
            text=text,
            addressed=private or text != self.text,
            private=private,
            message=self.reply_to if self.token else f"said {self.key}",
            reply_to="" if self.token else self.reply_to,
            token=self.token,
        )


class People:
    """Everybody who talks in the hour, in a world that may have been there before them."""

    def __init__(
        self, world: World, cast: Sequence[Member], parts: Sequence[str], seed: int, group: str, posts: int
    ) -> None:
        self._world = world
        self._cast = {member.user: member for member in cast}
        self._leads = [member for member in cast if member.store]
        self._seed = seed
        self._group = group
        self._meant: set[str] = set()
        self._agenda: list[Wish] = []
        self._begin(world.now, parts, posts)
        world.heard = self._read

    def due(self) -> Iterator[Wish]:
        """Yield what is to be done now and was not acknowledged."""
        while (wish := self._first()) is not None and wish.at <= self._world.now:
            yield heapq.heappop(self._agenda)

    @property
    def next_at(self) -> datetime | None:
        """When somebody does something next."""
        wish = self._first()
        return wish.at if wish else None

    def _first(self) -> Wish | None:
        while self._agenda and self._agenda[0].key in self._world.acknowledged:
            heapq.heappop(self._agenda)
        return self._agenda[0] if self._agenda else None

    def _dice(self, *about: object) -> random.Random:
        return random.Random(":".join(map(str, (self._seed, *about))))

    def _begin(self, start: datetime, parts: Sequence[str], posts: int) -> None:
        """Let the hour's needs be posted, and what people say and ask besides."""
        dice = self._dice("needs")
        for number in range(posts):
            member, part = dice.choice(self._leads), dice.choice(parts)
            words = f"/transfer {part} x{dice.choice((1, 1, 2))} {dice.choice(_MATTERS)}"
            at = start + dice.random() * HOUR
            self._mean(f"need {number}", at, member, text=words, chat=dice.choice(("", self._group)))
        for number in range(posts // 2):
            member = dice.choice(self._leads)
            words = dice.choice(("/my", "/whoami", f"/stock {dice.choice(parts)}", "辛苦了"))
            chat = self._group if words == "辛苦了" else ""
            self._mean(f"look {number}", start + dice.random() * HOUR, member, text=words, chat=chat)

    def _mean(self, key: str, at: datetime, member: Member, **how: str) -> None:
        """Mean to do something, once."""
        if key not in self._meant:
            self._meant.add(key)
            heapq.heappush(self._agenda, Wish(at.replace(microsecond=0), key, member, **how))

    # Reading

    def _read(self, shown: Shown) -> None:
        member = self._cast.get(shown.chat)
        if member is None:
            return
        label = ",".join(dict.fromkeys(_LABEL.findall(shown.text)))
        if member.role is Role.REGION_MANAGER:
            if "没有门店可以接" in shown.text:
                self._after(f"close {label}", (4, 15), shown, member, text=f"/close {label} 各店都没有")
            return
        by_action = {button.action: button for button in reversed(shown.buttons)}
        if accept := by_action.get("request.accept"):
            self._asked(shown, member, label, accept, by_action)
        for action, span, chance in (
            ("transfer.shipped", (3, 12), 1.0),
            ("transfer.received", (8, 25), 0.9),
            ("request.withdraw", (2, 5), 0.08),
            ("request.progress", (1, 5), 0.7),
            ("request.kept", (1, 9), 0.9),
        ):
            button = by_action.get(action)
            if button and self._dice(action, label, member.store).random() < chance:
                self._act(shown, member, label, button, span)
        options = [one for one in shown.buttons if one.action == "form.pick" and one.args["value"] != ""]
        if options:
            chosen = self._dice("pick", shown.chat, shown.text).choice(options)
            self._press(f"pick {shown.chat} {shown.text}", (0.2, 1), shown, member, chosen)
        if f"/freight {label}" in shown.text:
            self._after(f"record {label}", (5, 15), shown, member, text=f"/freight {label} 50 SF7654321")

    def _asked(self, shown: Shown, member: Member, label: str, accept: Button, buttons: dict[str, Button]) -> None:
        dice = self._dice("asked", label, member.store)
        if int(member.user) % 2 == dice.randrange(2) or (plan := dice.random()) < 0.15:
            return  # the other of the store's two leaders answers, or nobody
        if plan < 0.3:
            self._after(f"no {label} {member.store}", (1, 6), shown, member, text=dice.choice(_NO), reply_to=shown.id)
        elif plan < 0.4:
            self._press(f"no {label} {member.store}", (1, 6), shown, member, buttons["request.refuse"])
        else:
            if "request.seen" in buttons and plan < 0.7:
                self._press(f"seen {label} {member.store}", (0.5, 3), shown, member, buttons["request.seen"])
            self._press(f"yes {label} {member.store}", (3.5, 8), shown, member, accept)

    def _act(self, shown: Shown, member: Member, label: str, button: Button, span: tuple[float, float]) -> None:
        key = f"{button.action} {label} {member.store}"
        if button.action == "request.progress":
            key += f" {shown.text}"
        words = {"transfer.shipped": self._dice(key).choice(_SHIPPED), "transfer.received": "已收到"}
        if button.action in words and self._dice("words", key).random() < 0.4:
            self._after(key, span, shown, member, text=words[button.action], reply_to=shown.id)
        else:
            self._press(key, span, shown, member, button)

    def _press(self, key: str, span: tuple[float, float], shown: Shown, member: Member, button: Button) -> None:
        self._after(key, span, shown, member, token=button.token, reply_to=shown.id)

    def _after(self, key: str, span: tuple[float, float], shown: Shown, member: Member, **how: str) -> None:
        wait = self._dice("wait", key).uniform(*span)
        self._mean(key, shown.at + wait * MINUTE, member, **how)
