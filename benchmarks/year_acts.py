"""What people say and press in the measurement of growth: every command, and the buttons of a request's life.

An act is made anew for each repetition, from what is open in that database: the first of the accepted requests, then
the second. What an act leaves behind is there for the next, as in life.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlmodel import Session, col, select

from benchmarks.year_network import PER_REGION, PLATFORM, manager_of, region_manager_of
from benchmarks.year_words import kind_of
from handlers.chat import Address, Inbound, InboundKind
from handlers.people.commands import make_code
from handlers.requests import rules
from storage.queries import chats as chat_queries
from storage.queries import people as people_queries
from storage.queries import requests as request_queries
from storage.tables.ledger import PointsEntry
from storage.tables.questions import Question
from storage.tables.requests import Request, State


@dataclass(frozen=True)
class Scene:
    """One database as it was before anybody spoke: its size, and what was open."""

    stores: int
    asking: tuple[int, ...]
    accepted: tuple[int, ...]
    shipped: tuple[int, ...]
    closed: int  # the last request that was recorded

    @property
    def hq(self) -> int:
        """Return the person of HQ."""
        return region_manager_of(-(-self.stores // PER_REGION), self.stores) + 1

    def overseer(self, region: int) -> int:
        """Return a region's manager."""
        return region_manager_of(region, self.stores)


@dataclass(frozen=True)
class Said:
    """What one person says or presses, and where: "" is privately."""

    person: int
    text: str = ""
    token: str = ""
    chat: str = ""
    user: str = ""

    def inbound(self, source: str) -> Inbound:
        """Return it as it comes from a platform."""
        user = self.user or f"u{self.person}"
        return Inbound(
            id=source,
            kind=InboundKind.BUTTON if self.token else InboundKind.TEXT,
            origin=Address(PLATFORM, self.chat or user),
            user=user,
            user_name=user,
            text=self.text.removeprefix("/"),  # as the platforms hand commands over
            addressed=True,
            private=not self.chat,
            token=self.token,
        )


MIDDLE = 34  # of the hundred in each state
WITHDRAWN = 4  # of twenty lives
# What must have been done in the same turn, for there to be something to do.
BEFORE = {
    "freight": "button transfer.received",
    "cancel": "transfer (form)",
    "solved": "ask",
    "reopen": "withdraw",
    "resume": "hold",
    "practice (over)": "practice",
    "resolve": "complaint",
    "customer (look)": "customer",
    "forget": "customer",
    "button customers.forget": "customer",
}

Make = Callable[[Session, Scene, int, datetime], Said]


def look(session: Session, stores: int) -> Scene:
    """See what is open."""

    def ids(state: State) -> tuple[int, ...]:
        found = select(Request.id).where(Request.state == state, col(Request.ended_at).is_(None))
        return tuple(sorted(one for one in session.exec(found.order_by(col(Request.id).desc()).limit(1_000)) if one))

    asking, accepted, shipped = ids(State.ASKING), ids(State.ACCEPTED), ids(State.SHIPPED)
    return Scene(stores, asking, accepted, shipped, min(*asking, *accepted, *shipped) - 1)


def acts() -> dict[str, Make]:
    """Return every act by name, in the order of a request's life where one leads to another."""
    return {
        **_EVERYDAY,
        "transfer": _transfer,
        "borrow": _borrow,
        "support": _by_manager("/support 三电故障 T3 高压互锁报警"),
        "divert": _by_manager("/divert 保养 等待150分钟 宝马X3 需要代步车"),
        "ask": _by_manager("/ask 三电 高压互锁报警,插头都查过了"),
        "solved": _solved,
        "draft": _by_manager("/draft 客户说大灯不亮"),
        "cost": _cost,
        "edit": _by_author("asking", "/edit {label} 数量 2 客户多要一个"),
        "withdraw": _by_author("asking", "/withdraw {label} 客户改约了"),
        "reopen": _by_author("asking", "/reopen {label} 客户又来了"),
        "promise": _by_author("accepted", "/promise {label} 90m"),
        "hold": _by_author("accepted", "/hold {label} 20m 等客户确认"),
        "resume": _by_author("accepted", "/resume {label}"),
        "customer": _by_author("accepted", "/customer {label} 李女士 137{turn:08}"),
        "customer (look)": _by_author("accepted", "/customer {label}"),
        "forget": _by_author("accepted", "/forget {label}"),
        "button customers.forget": _forget,
        "handover": _handover,
        "button request.seen": _asked("request.seen"),
        "button request.accept": _asked("request.accept"),
        "button transfer.shipped": _of("accepted", "transfer.shipped", giver=True),
        "button transfer.received": _of("shipped", "transfer.received", giver=False),
        "freight": _freight,
        "eta": _eta,
        "assign": _assign,
        "close": _close,
        "carry": _carry,
        "extend": _extend,
        "reverse": _reverse,
        "complaint": _complaint,
        "resolve": _resolve,
        **_PEOPLE,
        "practice": _by_manager("/practice on"),
        "practice (over)": _by_manager("/practice off"),
    }


def _by_manager(text: str) -> Make:
    return lambda _session, scene, turn, _now: Said(manager_of(_store(scene, turn)), text)


def _store(scene: Scene, turn: int) -> int:
    return turn * 17 % scene.stores + 1


def _by_overseer(text: str, *, chat: bool = False) -> Make:
    def make(_session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
        region = turn % (scene.stores // PER_REGION) + 1
        return Said(scene.overseer(region), text, chat=f"r{region}" if chat else "")

    return make


def _by_hq(text: str) -> Make:
    return lambda _session, scene, _turn, _now: Said(scene.hq, text)


def _about(words: str, *, old: bool) -> Make:
    """Speak about a request as the one who asked for it: an old one that is closed, or one that is open."""

    def make(session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
        number = scene.closed - 40 * turn - 1 if old else scene.accepted[turn]
        request = request_queries.get_request(session, number, lock=False)
        return Said(request.author_id, words.format(label=_label(request)))

    return make


def _label(request: Request) -> str:
    return rules.label({"support": "S", "diversion": "D"}.get(request.kind, "T"), request.number)


def _why_entry(session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    entry = session.get(PointsEntry, scene.closed - 40 * turn - 1)
    assert entry is not None
    return Said(manager_of(entry.store_id), f"/why P-{entry.id}")


_EVERYDAY: dict[str, Make] = {
    "whoami": _by_manager("/whoami"),
    "help": _by_manager("/help"),
    "my": _by_manager("/my"),
    "my (region)": _by_overseer("/my"),
    "my (HQ)": _by_hq("/my"),
    "stock": lambda _session, scene, turn, _now: Said(
        manager_of(_store(scene, turn)), f"/stock PN-{turn % 200 + 1:04}"
    ),
    "request (open)": _about("/request {label}", old=False),
    "request (closed)": _about("/request {label}", old=True),
    "why (request)": _about("/why {label}", old=True),
    "why (entry)": _why_entry,
    "score": _by_manager("/score"),
    "score (region)": _by_overseer("/score"),
    "score (HQ)": _by_hq("/score"),
    "fresh": _by_manager("/fresh"),
    "fresh (region)": _by_overseer("/fresh"),
    "fresh (HQ)": _by_hq("/fresh"),
    "chats": _by_overseer("/chats"),
    "sop": _by_manager("/sop transfer"),
    "case": _by_manager("/case 互锁"),
    "visits": _by_manager("/visits"),
    "costs (request)": _about("/costs {label}", old=True),
    "costs (month)": _by_hq("/costs 2026-11"),
}


# A request's life


def _transfer(_session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    store = _store(scene, turn)
    urgency = ("urgent 客户在等", "today 客户在等", "normal 补库存")[turn % 3]
    return Said(manager_of(store), f"/transfer PN-{_missing(store, turn):04} x1 {urgency}")


def _missing(store: int, turn: int) -> int:
    """Return a part that a store has not, so that it may be urgent."""
    return next(part for part in range(turn % 100 + 1, 201) if (part * 7 + store * 3) % 10 >= 3)


def _token(session: Session, action: str, now: datetime, **args: str | int) -> str:
    return chat_queries.token_of(session, action, args, now)


def _asked(action: str) -> Make:
    """Press a button of an ask, as the asked store's manager."""

    def make(session: Session, scene: Scene, turn: int, now: datetime) -> Said:
        ask = request_queries.find_open_ask(session, scene.asking[turn])
        assert ask is not None
        return Said(manager_of(ask.store_id), token=_token(session, action, now, ask=ask.id))

    return make


def _of(pool: str, action: str, *, giver: bool) -> Make:
    """Press a button of a request, as the manager of who gives or of who asked."""

    def make(session: Session, scene: Scene, turn: int, now: datetime) -> Said:
        request = _taken(session, scene, pool, turn)
        store = request.owner_store_id if giver else request.store_id
        return Said(manager_of(store or 0), token=_token(session, action, now, request=request.id))

    return make


def _taken(session: Session, scene: Scene, pool: str, place: int) -> Request:
    return request_queries.get_request(session, getattr(scene, pool)[place], lock=False)


def _by_author(pool: str, words: str) -> Make:
    """Speak about an open request as the one who asked for it: from the middle on."""

    def make(session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
        request = _taken(session, scene, pool, MIDDLE + turn)
        return Said(request.author_id, words.format(label=_label(request), turn=turn))

    return make


def _borrow(_session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    store = _store(scene, turn)
    return Said(manager_of(store), f"/borrow PN-{_missing(store, turn):04} x1 today 客户在等 还11月30日")


def _solved(session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    asked = select(Question.number).where(Question.author_id == manager_of(_store(scene, turn)))
    number = session.exec(asked.order_by(col(Question.id).desc()).limit(1)).one()
    return Said(manager_of(_store(scene, turn)) + 1, f"/solved Q-{number:04} 换后桥互锁插头")


def _cost(session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    request = _closed(session, scene, "transfer", 30 * turn + 3)
    return Said(scene.hq, f"/cost {_label(request)} 运费 {30 + turn} SF8{turn:05}")


def _handover(session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    """Hand a request to the deputy of the same store."""
    request = _taken(session, scene, "accepted", -turn - 1)
    return Said(request.author_id, f"/handover {_label(request)} 店员{request.store_id:04}1 我下班了")


def _eta(session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    request = _taken(session, scene, "shipped", -turn - 1)
    return Said(manager_of(request.owner_store_id or 0), f"/eta {_label(request)} 40m")


def _freight(session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    request = _taken(session, scene, "shipped", turn)
    return Said(manager_of(request.owner_store_id or 0), f"/freight {_label(request)} 46 SF95990{turn:02}")


def _assign(session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    request = _taken(session, scene, "asking", -turn - 1)
    store = people_queries.get_store(session, request.store_id % scene.stores + 1)
    return Said(scene.hq, f"/assign {_label(request)} {store.code}")


def _close(session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    request = _taken(session, scene, "accepted", -turn - 1)
    return Said(scene.overseer(request.region_id), f"/close {_label(request)} 客户取消")


def _carry(session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    request = _taken(session, scene, "shipped", -turn - 1)
    return Said(manager_of(request.store_id), f"/carry {_label(request)} 明天送")


def _extend(session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    request = _taken(session, scene, "shipped", -turn - 1)
    return Said(scene.overseer(request.region_id), f"/extend {_label(request)} 30m 堵车")


def _closed(session: Session, scene: Scene, kind: str, place: int) -> Request:
    """Return the `place`-th of a kind that was done, from the youngest on."""
    done = (number for number in range(scene.closed, 0, -1) if kind_of(number) == kind and number % 20 != WITHDRAWN)
    return request_queries.get_request(session, next(islice(done, place, None)), lock=False)


def _complaint(session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    request = _closed(session, scene, "diversion", turn)
    return Said(request.author_id, f"/complaint {_label(request)} 保养后机油灯亮")


def _resolve(session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    request = _closed(session, scene, "diversion", turn)
    return Said(scene.overseer(request.region_id), f"/resolve {_label(request)} 不成立 到店复检,与保养无关")


def _forget(session: Session, scene: Scene, turn: int, now: datetime) -> Said:
    request = _taken(session, scene, "accepted", MIDDLE + turn)
    assert request.customer_id is not None
    return Said(request.author_id, token=_token(session, "customers.forget", now, customer=request.customer_id))


def _reverse(session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    entry = session.get(PointsEntry, scene.closed - 40 * turn - 2)
    assert entry is not None
    return Said(scene.hq, f"/reverse P-{entry.id} 重复计分")


# People and chats


def _start(session: Session, scene: Scene, turn: int, now: datetime) -> Said:
    person = people_queries.get_person(session, manager_of(_store(scene, turn)))
    return Said(0, f"/start {make_code(session, person, now)}", user=f"new{turn}")


def _invite(_session: Session, scene: Scene, turn: int, _now: datetime) -> Said:
    store = _store(scene, turn)
    return Said(scene.hq, f"/invite 店员{store:04}2")


_PEOPLE: dict[str, Make] = {
    "start": _start,
    "invite": _invite,
    "away": _by_manager("/away 2h"),
    "back": _by_manager("/back"),
    "lang": _by_manager("/lang zh"),
    "transfer (form)": _by_manager("/transfer"),
    "cancel": _by_manager("/cancel"),
    "unbind": _by_overseer("/unbind", chat=True),
    "bind": _by_overseer("/bind managers", chat=True),
}
ONCE_A_REGION = frozenset({"unbind", "bind"})
