"""Tokens of buttons and forms that come back from outside: forged, stolen, stale, replayed, and in the wrong hands."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from handlers.chat import MEMBER_LEFT, Address, Inbound, InboundKind
from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.chats import ButtonToken, Chat
from storage.tables.people import Account, Person
from storage.tables.requests import Request, State
from tests.factories import SmallNetwork, small_network
from tests.talk import Talk, User

POST = "/transfer 前大灯-左 x1 urgent 客户在等"
FACTS = (
    "requests",
    "asks",
    "steps",
    "transfers",
    "stock_levels",
    "points_entries",
    "money_entries",
    "persons",
    "chats",
)
JUNK = [
    "x" * 64,
    "前" * 21,
    "",
    " ",
    "0",
    "' OR 1=1 --",
    '{"action": "request.accept"}',
    "request.accept",
    "../../etc/passwd",
    "\0" * 64,
    "a\0b",
    "\ud83d",
    "\u202e" * 10,
    "%00%0a",
    "x" * 100_000,
]


class Scene:
    """A posted transfer that SZ02 was asked first, and everything that is remembered of it."""

    def __init__(self, database: Database) -> None:
        with database.transaction() as session:
            self.network: SmallNetwork = small_network(session)
        self.talk = Talk(database)
        self.database = database
        self.talk.says(self.network.sz01_manager, POST)
        self.talk.delivered()

    def facts(self) -> dict[str, list[tuple[object, ...]]]:
        """Return every row of what the business remembers."""
        with self.database.transaction(writing=False) as session:
            return {
                table: [tuple(row) for row in session.execute(text(f"SELECT * FROM {table} ORDER BY 1"))]
                for table in FACTS
            }

    def tokens(self) -> list[ButtonToken]:
        with self.database.transaction(writing=False) as session:
            return list(session.exec(select(ButtonToken)))

    def token(self, action: str) -> str:
        return next(one.token for one in self.tokens() if one.action == action)

    def audit(self) -> list[AuditEntry]:
        with self.database.transaction(writing=False) as session:
            return list(session.exec(select(AuditEntry).order_by(AuditEntry.id)))  # type: ignore[arg-type]

    def state(self) -> State:
        with self.database.transaction(writing=False) as session:
            return session.exec(select(Request)).one().state

    def sends(self, user: User, token: str, **values: str) -> None:
        """Send a form with a token."""
        place = self.talk.address(user)
        self.talk._said += 1
        self.talk.takes(
            Inbound(
                id=f"form:{self.talk._said}",
                kind=InboundKind.FORM,
                origin=place,
                user=self.talk.account_on(user, place.platform),
                private=True,
                token=token,
                values=values,
            )
        )


@pytest.fixture
def scene(any_database: Database) -> Scene:
    return Scene(any_database)


@pytest.fixture
def quick(database: Database) -> Iterator[Scene]:
    fast = Database(database.url, passing=True)
    yield Scene(fast)
    fast.close()


def outsiders(network: SmallNetwork) -> list[User]:
    """Return everybody who has no say in SZ01's request of SZ02."""
    return [
        network.sz03_manager,
        network.sz03_deputy,
        network.bk01_manager,
        network.bangkok_manager,
        network.sz01_technician,
        network.finance,
        network.auditor,
        "telegram:31337",
    ]


# Forged


def test_a_forged_token_says_so_changes_nothing_and_is_on_the_record(scene: Scene) -> None:
    manager = scene.network.sz02_manager
    before = scene.facts()
    for token in JUNK:
        reply = scene.talk.presses_token(manager, token, chat=manager)
        assert "失效" in reply.toast, token[:20]
        last = scene.audit()[-1]
        assert (last.act, last.refused) == ("button (forged)" if token.strip("\0") else "button", True), token[:20]
        scene.sends(manager, token, quantity="1", reason="other")
        assert scene.audit()[-1].refused, token[:20]
    assert scene.facts() == before


def test_a_token_of_another_network_is_worth_nothing_here(quick: Scene, sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "another.db"
    shutil.copy(sqlite_template, path)
    other = Scene(Database(f"sqlite:///{path}", passing=True))
    before = quick.facts()
    assert "失效" in quick.talk.presses_token(quick.network.sz02_deputy, other.token("request.accept")).toast
    assert quick.facts() == before
    other.database.close()


def test_tokens_cannot_be_guessed_from_one_another(quick: Scene) -> None:
    tokens = [one.token for one in quick.tokens()]
    assert min(map(len, tokens)) >= 20
    assert len({token[:8] for token in tokens}) == len(tokens)
    assert all(len(token.encode()) <= 64 for token in tokens)


# Stolen


def test_whoever_has_no_say_presses_every_token_there_is_and_changes_nothing(quick: Scene) -> None:
    talk, network = quick.talk, quick.network
    before = quick.facts()
    for user in outsiders(network):
        for token in quick.tokens():
            count = len(quick.audit())
            reply = talk.presses_token(user, token.token)
            new = quick.audit()[count:]
            assert quick.facts() == before, (user, token.action)
            assert len(new) == 1, (user, token.action)
            if not new[0].refused:  # what anybody may look at, or a form of one's own that is not being filled in
                assert token.action.startswith(("form.", "people.", "network.")), (user, token.action)
            else:
                assert reply.toast
                assert reply.alert


def test_whoever_has_no_say_sends_every_token_as_a_form_and_changes_nothing(quick: Scene) -> None:
    before = quick.facts()
    values = {"quantity": "1", "reason": "other", "words": "x", "waybill": "SF1", "courier": "SF"}
    for user in outsiders(quick.network):
        for token in quick.tokens():
            quick.sends(user, token.token, **values)
            assert quick.facts() == before, (user, token.action)


def test_another_stores_button_is_refused_in_private_and_on_the_record(quick: Scene) -> None:
    talk, network = quick.talk, quick.network
    mark = talk.mark()
    reply = talk.presses_token(network.sz03_manager, quick.token("request.accept"), chat=network.managers_chat)
    assert reply.alert
    assert talk.heard(after=mark) == []  # the toast is for who pressed, and nobody else hears
    last = quick.audit()[-1]
    assert (last.person_id, last.refused, last.chat) == (network.sz03_manager.id, True, network.managers_chat.chat)
    assert quick.state() is State.ASKING


def test_the_press_of_a_form_another_is_filling_in_is_refused(quick: Scene) -> None:
    talk, network = quick.talk, quick.network
    talk.presses(network.sz02_deputy, "不行")  # asked why: a form is being filled in
    pick = next(one for one in quick.tokens() if one.action == "form.pick")
    before = quick.facts()
    for user in (network.sz01_manager, network.sz03_manager, "telegram:31337"):
        talk.presses_token(user, pick.token, chat=talk.address(network.sz02_deputy))
        assert quick.audit()[-1].refused
    assert quick.facts() == before
    talk.presses_token(network.sz02_deputy, pick.token)
    assert quick.facts() != before


# Replayed and stale


def test_a_press_replayed_by_who_made_it_has_one_effect(quick: Scene) -> None:
    token = quick.token("request.accept")
    quick.talk.presses_token(quick.network.sz02_manager, token)
    after = quick.facts()
    for _ in range(5):
        reply = quick.talk.presses_token(quick.network.sz02_manager, token)
        assert reply.alert
    assert quick.facts() == after
    assert quick.state() is State.ACCEPTED


def test_on_the_card_of_a_closed_request_no_token_does_anything_any_more(quick: Scene) -> None:
    talk, network = quick.talk, quick.network
    talk.presses_token(network.sz02_manager, quick.token("request.accept"))
    talk.says(network.shenzhen_manager, "/close T-0001 客户走了")
    assert quick.state() is State.CLOSED
    before = quick.facts()
    everybody = [network.sz01_manager, network.sz01_advisor, network.sz02_manager, network.shenzhen_manager, network.hq]
    for person in everybody:
        for token in quick.tokens():
            if token.action.startswith(("request.", "transfer.")) and token.action != "request.kept":
                talk.presses_token(person, token.token)
    after = quick.facts()
    assert {name: rows for name, rows in after.items() if name != "persons"} == {
        name: rows for name, rows in before.items() if name != "persons"
    }


# Gone


def gone_inactive(session: object, network: SmallNetwork) -> None:
    session.get_one(Person, network.sz02_deputy.id).active = False  # type: ignore[attr-defined]


def gone_unlinked(session: object, network: SmallNetwork) -> None:
    for account in session.exec(select(Account).where(Account.person_id == network.sz02_deputy.id)):  # type: ignore[attr-defined]
        session.delete(account)  # type: ignore[attr-defined]


def gone_elsewhere(session: object, network: SmallNetwork) -> None:
    session.get_one(Person, network.sz02_deputy.id).store_id = network.bk01.id  # type: ignore[attr-defined]


def gone_demoted(session: object, network: SmallNetwork) -> None:
    session.get_one(Person, network.sz02_deputy.id).role = network.sz01_technician.role  # type: ignore[attr-defined]


@pytest.mark.parametrize("goes", [gone_inactive, gone_unlinked, gone_elsewhere, gone_demoted])
def test_who_has_gone_presses_old_buttons_and_writes_old_answers_in_vain(quick: Scene, goes: object) -> None:
    talk, network = quick.talk, quick.network
    place = talk.address(network.sz02_deputy)
    user = f"{place.platform}:{place.chat}"
    card = talk.card(network.sz02_deputy)
    with quick.database.transaction() as session:
        assert callable(goes)
        goes(session, network)
    before = quick.facts()
    for token in quick.tokens():
        talk.presses_token(user, token.token, chat=place)
    for words in ("收到,可以", "不行,没货", "/accept T-0001"):
        talk.says(user, words, chat=place, private=True, reply_to=card)
    talk.says(user, "可以", chat=network.managers_chat, reply_to=talk.card(network.managers_chat))
    assert quick.facts() == before
    assert quick.state() is State.ASKING


def test_who_was_made_inactive_hears_nothing_more_in_private(quick: Scene) -> None:
    talk, network = quick.talk, quick.network
    with quick.database.transaction() as session:
        for person in (network.sz01_manager, network.sz02_deputy):
            session.get_one(Person, person.id).active = False
    mark = talk.mark()
    talk.presses_token(network.sz02_manager, quick.token("request.accept"))
    talk.passes(hours=30)
    heard = [one for one in talk.heard(after=mark) if not (one.edit or one.card_id)]
    assert heard
    gone = {talk.address(network.sz01_manager).chat, talk.address(network.sz02_deputy).chat}
    assert {one.address.chat for one in heard}.isdisjoint(gone)


def test_who_leaves_a_group_keeps_the_rights_of_the_role_and_who_never_had_any_gets_none(quick: Scene) -> None:
    talk, network = quick.talk, quick.network
    group = network.managers_chat
    talk.happens(MEMBER_LEFT, group, user=network.sz02_deputy)
    talk.happens(MEMBER_LEFT, group, user="telegram:31337")
    # Rights and private words come from the role and the link, never from being in a chat.
    talk.presses_token(network.sz02_deputy, quick.token("request.accept"))
    assert quick.state() is State.ACCEPTED
    assert [entry.subject for entry in quick.audit() if entry.act == "member left"] == [
        f"person:{network.sz02_deputy.id}"
    ]


def test_in_a_group_that_is_not_bound_nothing_is_posted_and_answers_are_private(quick: Scene) -> None:
    talk, network = quick.talk, quick.network
    with quick.database.transaction() as session:
        session.delete(session.get_one(Chat, network.managers_chat.id))
    place = Address("telegram", network.managers_chat.chat)
    mark = talk.mark()
    talk.says(network.sz02_deputy, "/whoami", chat=place)
    talk.says("telegram:31337", "/whoami", chat=place)
    talk.says(network.sz03_manager, "/transfer 刹车片-前 x1 urgent 客户在等", chat=place)
    said = [one for one in talk.heard(place, after=mark) if not one.edit]
    assert all(one.only_for for one in said)
    assert [one for one in said if one.card_id is not None] == []


# Codes


def test_a_code_somebody_could_still_use_is_on_no_record(quick: Scene) -> None:
    talk, network = quick.talk, quick.network
    talk.says(network.hq, "/invite 王芳")
    code = next(word for word in talk.last(network.hq).plain.split() if len(word) == 8 and word.isupper())
    talk.says(network.sz03_manager, f"/start {code}")  # linked to another: refused, and the code is still good
    assert quick.audit()[-1].refused
    assert all(code not in json.dumps(entry.model_dump(), default=str) for entry in quick.audit())
