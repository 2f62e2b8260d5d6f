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
_LABEL = re.compile(r"\b[DQST]-\d{4}")
_NO = ("不行,刚卖完,没货了", "收到,不行,原因是客户已预约", "不行,已被预订")
_NO_HANDS = ("不行,今天人手不足", "收到,不行,原因是师傅请假了")
_SHIPPED = ("已发出 顺丰 SF1234567 40分钟", "已发出", "已发出 货拉拉 50分钟")
_MATTERS = ("urgent 客户在等", "急 客户在店等", "今天 客户已约", "普通 补库存", "urgent 事故车 客户在等")
_WORK = ("保养", "轮胎动平衡", "空调清洗")
_CARS = ("宝马X3", "比亚迪汉", "问界M7")
_NEEDS = ("需要代步车", "下午要接孩子", "赶时间")
_FAULTS = ("高压互锁报警,客户车在店", "充电跳枪", "上高压后掉电,客户在等")
_DOUBTS = ("高压互锁报警,插头都查过了", "绝缘电阻低,热车才有", "慢充只到 80%")
_COMPLAINTS = ("保养后机油灯亮", "方向盘抖", "座椅有油渍")
# What is posted, in turn: the first four are of every kind there is.
_KINDS = ("divert", "support", "transfer", "ask", "transfer", "transfer", "transfer")
# What a question of a form is answered with, by a word of it.
_ANSWERS = {
    "满意度": ("9", "10", "8"),
    "工时": ("1", "1.5", "2小时"),
    "维修金额": ("1280", "560", "2300"),
    "裁定": ("到店复检,与保养无关", "确是疏忽,免费返修"),
    "回答": ("先查后桥互锁插头,再看保险", "多半是冷凝器风扇继电器,先量它"),
}
# What is done about a button that is shown: within so many minutes, and how often.
_ACTS = (
    ("transfer.post_as", (0.3, 2), 1.0),
    ("transfer.shipped", (3, 12), 1.0),
    ("transfer.received", (8, 25), 0.9),
    ("request.withdraw", (2, 5), 0.08),
    ("request.progress", (1, 5), 0.7),
    ("request.kept", (1, 9), 0.9),
    ("diversion.goes", (0.5, 5.5), 0.95),
    ("diversion.waits", (2, 8), 0.05),
    ("diversion.reached", (2, 11), 0.95),
    ("diversion.transport", (3, 12), 1.0),
    ("diversion.depart", (3, 9), 1.0),
    ("diversion.arrive", (5, 12), 1.0),
    ("diversion.serve", (10, 30), 1.0),
    ("diversion.record", (3, 12), 0.9),
    ("support.agree", (3, 12), 1.0),
    ("support.tick", (2, 20), 0.7),
    ("support.arrived", (15, 30), 1.0),
    ("support.done", (10, 20), 1.0),
    ("support.record", (3, 9), 1.0),
    ("support.rate", (2, 15), 0.9),
    ("question.answer", (2, 9), 0.9),
    ("question.useful", (2, 9), 0.9),
)


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
        self._leads = [member for member in cast if member.role in {Role.STORE_MANAGER, Role.DEPUTY}]
        self._seed = seed
        self._group = group
        self._meant: dict[str, Wish] = {}
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
            vehicle = f"{dice.choice(_CARS)}{number}"
            words = {
                "transfer": f"/transfer {part} x{dice.choice((1, 1, 2))} {dice.choice(_MATTERS)}",
                "divert": f"/divert {dice.choice(_WORK)} 等待150分钟 {vehicle} {dice.choice(_NEEDS)}",
                "support": f"/support 三电故障 T2 今天12:30-13:30 {dice.choice(_FAULTS)}",
                "ask": f"/ask 三电故障 {dice.choice(_DOUBTS)}",
            }[_KINDS[number % len(_KINDS)]]
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
            self._meant[key] = wish = Wish(at.replace(microsecond=0), key, member, **how)
            heapq.heappush(self._agenda, wish)

    # Reading

    def _read(self, shown: Shown) -> None:
        member = self._cast.get(shown.chat)
        if member is None:
            return
        label = ",".join(dict.fromkeys(_LABEL.findall(shown.text)))
        if "form.cancel" in {button.action for button in shown.buttons} or shown.message.ask:
            self._questioned(shown, member)
        elif member.role is Role.REGION_MANAGER:
            self._oversees(shown, member, label)
        else:
            self._works(shown, member, label)

    def _oversees(self, shown: Shown, member: Member, label: str) -> None:
        """Close what nobody can help with, and decide what is complained of."""
        if "没有门店可以接" in shown.text:
            self._after(f"close {label}", (4, 15), shown, member, text=f"/close {label} 各店都没有")
        outcomes = [button for button in shown.buttons if button.action == "diversion.resolve"]
        if outcomes:
            key = f"decide {label}"
            self._press(key, (3, 12), shown, member, self._dice(key).choice(outcomes))

    def _works(self, shown: Shown, member: Member, label: str) -> None:
        by_action = {button.action: button for button in reversed(shown.buttons)}
        if accept := by_action.get("request.accept"):
            self._asked(shown, member, label, accept, by_action)
        for action, span, chance in _ACTS:
            button = by_action.get(action)
            if button and self._dice(action, label, member.store).random() < chance:
                self._act(shown, member, label, button, span)
        if f"/freight {label}" in shown.text:
            self._after(f"record {label}", (5, 15), shown, member, text=f"/freight {label} 50 SF7654321")
        if "已完成,满意度" in shown.text:
            words = f"/complaint {label} {self._dice('complaint', label).choice(_COMPLAINTS)}"
            self._after(f"complain {label}", (4, 20), shown, member, text=words)

    def _questioned(self, shown: Shown, member: Member) -> None:
        """Answer a question of a form; what it is about is what this person did last."""
        done = [wish for wish in self._meant.values() if wish.member == member and wish.at <= shown.at]
        about = max(wish for wish in done if not wish.key.startswith("fill")).key
        key = f"fill {about} {shown.text}"
        options = [one for one in shown.buttons if one.action == "form.pick" and one.args["value"] != ""]
        words = [answer for word, answers in _ANSWERS.items() if word in shown.text for answer in answers]
        if options:
            self._press(key, (0.2, 1), shown, member, self._dice(key).choice(options))
        elif words:
            self._after(key, (0.2, 1), shown, member, text=self._dice(key).choice(words))

    def _asked(self, shown: Shown, member: Member, label: str, accept: Button, buttons: dict[str, Button]) -> None:
        dice = self._dice("asked", label, member.store)
        if int(member.user) % 2 == dice.randrange(2) or (plan := dice.random()) < 0.15:
            return  # the other of the store's two leaders answers, or nobody
        if plan < 0.3:
            no = dice.choice(_NO if label.startswith("T") else _NO_HANDS)
            self._after(f"no {label} {member.store}", (1, 6), shown, member, text=no, reply_to=shown.id)
        elif plan < 0.4:
            self._press(f"no {label} {member.store}", (1, 6), shown, member, buttons["request.refuse"])
        else:
            if "request.seen" in buttons and plan < 0.7:
                self._press(f"seen {label} {member.store}", (0.5, 3), shown, member, buttons["request.seen"])
            self._press(f"yes {label} {member.store}", (3.5, 8), shown, member, accept)

    def _act(self, shown: Shown, member: Member, label: str, button: Button, span: tuple[float, float]) -> None:
        key = f"{button.action} {label} {member.store}"
        if button.action in {"request.progress", "transfer.post_as"}:
            key += f" {shown.text}"
        if button.action == "support.tick":  # each line of the list by itself
            key += f" {button.args['item']}"
        if button.action == "support.rate":
            button = self._dice(key).choice([one for one in shown.buttons if one.action == button.action])
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
