"""The terminal as a chat: one speaks as one person after the other, and sees what that person would see.

Without a database of one's own a sample network is made, in which everybody is linked; with one, a person's account
at the terminal is linked by a one-time code, as anywhere. The clock is the real one: limits run while one types.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
import threading
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TextIO

from bot import demo_network as network
from bot.app import App
from bot.clock import WallClock
from bot.config import Config
from bot.console import NAME, Console, Shown
from bot.demo_network import TALKERS, Member
from bot.tasks import opened
from bot.threads import Inline
from handlers.load import load
from handlers.people.messages import role as role_name
from handlers.settings import Settings
from handlers.working_time import local
from storage.database import Database
from storage.queries import chats as chat_queries
from storage.tables.chats import Purpose
from storage.tables.people import Role

STORES, SEED = 6, 1  # of the sample
LONGEST_REST = 60.0  # seconds until what is periodic is seen to again
UNSEEN = 6  # messages shown to somebody who comes back

HELP = """\
直接输入就是说话,如 /transfer 前大灯-左 x1 urgent 客户在等 · type to speak; /help: what the bot can do
/as 名字 换人 another person · /in 群名 到群里说 in a group(/in 回私聊 back)· > 文字 回复最新消息 reply to the last
#2 按最新消息的第2个按钮 press its 2nd button · #12.2 第12条的 of message 12 · /reply 12 文字
/send 文件 发表格 send a workbook · /quit 离开 leave"""

_PRESS = re.compile(r"#(?:(\d+)\.)?(\d+)$")
_OURS = re.compile(r"/(as|in|reply|send|quit|exit)(?:\s+(.*))?$", re.DOTALL)


def run(config: Config | None) -> int:
    """Chat on the configured database, or (None) in a sample network that is gone afterwards."""
    load()
    with contextlib.suppress(KeyboardInterrupt):
        if config is None:
            with network.passing_database() as database:
                asyncio.run(Talk(database, Settings(), sys.stdout).go(sample=True))
        else:
            with opened(config) as database:
                asyncio.run(Talk(database, config.settings(), sys.stdout).go(sample=False))
    return 0


class Talk:
    """One sitting at the terminal."""

    def __init__(self, database: Database, settings: Settings, out: TextIO) -> None:
        self.database = database
        # Who speaks as several people has all of them awake.
        self.settings = settings.model_copy(update={"digest": settings.digest.model_copy(update={"quiet": None})})
        self.clock = WallClock()
        # Message ids of one sitting are never those of another: cards of an earlier one are posted anew.
        self.console = Console(run=f"{self.clock.now():%y%m%d%H%M%S}-")
        self.app = App(database, self.settings, self.clock, [self.console], workers=Inline())
        self._out = out
        self._people: list[Member] = []
        self._me: Member | None = None
        self._chat = ""  # the group one speaks in, "" for private
        self._entered: set[str] = set()
        self._order: list[Shown] = []  # everything the bot showed: message n is at n - 1
        self._seen: dict[str, dict[str, int]] = {}  # user → message → the edit shown to them last
        self._settling = asyncio.Lock()

    async def go(self, *, sample: bool) -> None:
        """Talk until the input ends."""
        if sample:
            network.fill(self.database, self.settings, STORES, SEED, self.clock.now())
        self._people = [member for member in network.members(self.database) if member.role in TALKERS]
        await self.app.begin()
        if sample:
            await network.link_all(self.app, self.console, self._people)
            await network.bind_all(self.app, self.console, self._people)
        self.console.watch(self._note)
        self._write(HELP)
        if sample:
            await self._become(next(member for member in self._people if member.leads))
        else:
            self._write("请先用 /as 名字 选人 · say first who you are: /as NAME")
        living = asyncio.create_task(self._live())
        try:
            await self._listen()
        finally:
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)
            await self.app.close()

    # Time

    async def _live(self) -> None:
        """Fire what is due and say it while nobody types."""
        while True:
            async with self._settling:
                await self.app.scheduler.see_to(self.clock.now())
                due = await self.app.settle()
            rest = LONGEST_REST if due is None else (due - self.clock.now()).total_seconds()
            await self.clock.sleep(min(max(rest, 0.05), LONGEST_REST, 1.0))

    async def _listen(self) -> None:
        lines = _Lines()
        while (line := await lines.next(self._prompt())) is not None:
            words = line.strip()
            if words in {"/quit", "/exit"}:
                return
            if words:
                await self._take(words)
                async with self._settling:
                    await self.app.settle()

    # What is typed

    async def _take(self, words: str) -> None:
        ours, press = _OURS.match(words), _PRESS.match(words)
        if ours and ours[1] == "as":
            await self._as(ours[2] or "")
        elif self._me is None:
            self._write("请先用 /as 名字 选人 · say first who you are: /as NAME")
        elif ours and ours[1] == "in":
            self._in((ours[2] or "").strip())
        elif ours and ours[1] == "send":
            file = Path((ours[2] or "").strip())
            answer = await self.console.send_file(self._me.user, file, chat=self._chat, name=self._me.name)
            self._toast(answer.toast)
        elif press:
            await self._press(int(press[1]) if press[1] else None, int(press[2]))
        elif ours and ours[1] == "reply":
            number, _, said = (ours[2] or "").partition(" ")
            await self._reply(self._message(number), said)
        elif words.startswith(">"):
            visible = self._visible()
            await self._reply(visible[-1] if visible else None, words[1:].strip())
        else:
            await self._say(words)

    async def _say(self, words: str, reply_to: Shown | None = None) -> None:
        me = self._me
        assert me is not None
        chat = self._chat
        if reply_to is not None:
            chat = "" if reply_to.address.chat == me.user else reply_to.address.chat
        answer = await self.console.say(me.user, words, chat=chat, reply_to=reply_to or "", name=me.name)
        self._toast(answer.toast)

    async def _reply(self, shown: Shown | None, words: str) -> None:
        if shown is None or not words:
            self._write("没有这条消息 · there is no such message: /reply 12 可以")
        else:
            await self._say(words, shown)

    async def _press(self, number: int | None, which: int) -> None:
        me = self._me
        assert me is not None
        pressable = [shown for shown in self._visible() if shown.buttons]
        shown = self._message(str(number)) if number is not None else pressable[-1] if pressable else None
        if shown is None or not 1 <= which <= len(shown.buttons):
            self._write("没有这个按钮 · there is no such button")
            return
        number_there = shown.numbers[shown.buttons[which - 1].token]
        answer = await self.console.press(me.user, number_there, name=me.name)
        self._toast(answer.toast)

    def _message(self, number: str) -> Shown | None:
        if not number.isdecimal() or not 1 <= int(number) <= len(self._order):
            return None
        shown = self._order[int(number) - 1]
        return shown if shown in self._visible() else None

    # Who speaks, and where

    async def _as(self, words: str) -> None:
        wanted = words.split()
        found = [one for one in self._people if wanted and all(word in _ways_to_name(one) for word in wanted)]
        if len(found) == 1:
            await self._become(found[0])
            return
        self._write(
            "有几位同名,请加门店 · which one?" if found else "没有这个人 · nobody of that name. 可以是 · there are:"
        )
        for place, group in groupby(found or self._people, lambda one: one.store_name or one.region or "总部"):
            names = "、".join(f"{one.name}({role_name('zh', one.role)})" for one in group)
            self._write(f"  {place}:{names}")

    async def _become(self, member: Member) -> None:
        if not network.is_linked(self.database, member):
            await network.link(self.app, self.console, member)
            async with self._settling:
                await self.app.settle()
        self._me, self._chat = member, ""
        place = member.store_name or member.region
        self._write(f"您现在是 {place}{role_name('zh', member.role)} {member.name} · you are {member.name} now")
        groups = sorted(self._groups())
        if groups:
            self._write(f"您的群 · your groups: {'、'.join(groups)}")
        seen = self._seen.setdefault(member.user, {})
        news = [shown for shown in self._visible() if seen.get(shown.id) != shown.edits]
        for shown in news[-UNSEEN:]:
            self._show(shown)
        for shown in news:
            seen[shown.id] = shown.edits

    def _in(self, words: str) -> None:
        if words in {"", "私聊", "private"}:
            self._chat = ""
            return
        known = sorted(self._groups() | self._entered | {chat for _, _, chat in self._bindings()})
        named = [chat for chat in known if words == chat] or [chat for chat in known if words in chat]
        # Any other name is a group nobody has bound yet: /bind managers binds it.
        self._chat = named[0] if named else words
        self._entered.add(self._chat)

    def _groups(self) -> set[str]:
        """Return the bound chats this person sits in."""
        me = self._me
        if me is None:
            return set()
        return {
            chat
            for purpose, region, chat in self._bindings()
            if me.role is Role.HQ or (region == me.region and purpose is not Purpose.HQ)
        }

    def _bindings(self) -> list[tuple[Purpose, str, str]]:
        with self.database.transaction(writing=False) as session:
            regions = network.region_names(session)
            bound = chat_queries.list_bindings_on(session, NAME)
            return [(one.purpose, regions.get(one.region_id or 0, ""), one.chat) for one in bound]

    # What is shown

    def _visible(self) -> list[Shown]:
        """List what stands where this person looks, the newest last."""
        me = self._me
        if me is None:
            return []
        places = {me.user, *self._groups(), *self._entered}
        return [one for one in self._order if one.address.chat in places and one.only_for in {"", me.user}]

    def _note(self, shown: Shown) -> None:
        if not shown.edits:
            self._order.append(shown)
        me = self._me
        if me is None or shown not in self._visible():
            return
        self._seen.setdefault(me.user, {})[shown.id] = shown.edits
        self._show(shown)

    def _show(self, shown: Shown) -> None:
        me = self._me
        assert me is not None
        chat = "私聊" if shown.address.chat == me.user else shown.address.chat
        at = local(self.clock.now(), self.settings.network.timezone)
        edited = " · 更新 edited" if shown.edits else ""
        self._write(f"── ({self._order.index(shown) + 1}) 🤖 {chat} {at:%H:%M}{edited}")
        for line in shown.text.split("\n"):
            self._write(f"│ {line}")
        place = 1
        for row in shown.message.buttons:
            self._write("│ " + "  ".join(f"[#{number} {one.label}]" for number, one in enumerate(row, place)))
            place += len(row)

    def _toast(self, words: str) -> None:
        if words:
            self._write(f"💬 {words}")

    def _prompt(self) -> str:
        if self._me is None:
            return "? > "
        return f"{self._me.name} @{self._chat or '私聊'} > "

    def _write(self, words: str) -> None:
        self._out.write(f"{words}\n")
        self._out.flush()


class _Lines:
    """Reads lines in a thread of its own, so that the bot goes on while nobody types, and Ctrl-C is heard at once."""

    def __init__(self) -> None:
        self._asked: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    async def next(self, prompt: str) -> str | None:
        """Return the next line; None at the end of the input."""
        threading.Thread(target=self._read, args=(prompt,), daemon=True).start()
        return await self._asked.get()

    def _read(self, prompt: str) -> None:
        try:
            line: str | None = input(prompt)
        except (EOFError, OSError, UnicodeDecodeError):
            line = None
        with contextlib.suppress(RuntimeError):  # the loop is gone: nobody listens any more
            self._loop.call_soon_threadsafe(self._asked.put_nowait, line)


def _ways_to_name(member: Member) -> Iterator[str]:
    """Yield what a word may be that names somebody, or helps to."""
    yield from (member.name, member.store, member.store.casefold(), member.store_name, member.region)
    yield from (role_name(language, member.role) for language in ("zh", "en", "es"))
