"""The edges of a transfer, as a hurried user and a sceptical engineer find them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from handlers.settings import Escalation, Rules, Settings
from storage.database import Database
from storage.tables.audit import AuditEntry
from storage.tables.boards import StockLevel
from storage.tables.chats import Chat, Draft, Purpose
from storage.tables.people import Account, Person, Role, Store
from storage.tables.requests import Ask, AskState, Request, State, Step, Transfer
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.talk import Heard, Talk

POST = "/transfer 前大灯-左 x1 urgent 客户在等"
NIGHT = MONDAY + timedelta(hours=12)  # 22:00 in Shenzhen: every store is shut


@dataclass
class Stage:
    """A network and a talk with the bot in it."""

    talk: Talk
    network: SmallNetwork

    def all(self, table: type) -> list:  # type: ignore[type-arg]
        with self.talk.database.transaction(writing=False) as session:
            return list(session.exec(select(table).order_by(table.id)))  # type: ignore[attr-defined]

    def request(self) -> Request:
        request: Request = self.all(Request)[-1]
        return request

    def state(self) -> State:
        return self.request().state

    def ask(self, rank: int) -> Ask:
        ask: Ask = next(ask for ask in self.all(Ask) if ask.rank == rank)
        return ask

    def last_audit(self) -> AuditEntry:
        entry: AuditEntry = self.all(AuditEntry)[-1]
        return entry

    def says(self, who: Person, text: str, card: Heard | None = None, chat: Chat | None = None) -> list[Heard]:
        """Let somebody speak; returns what was said beside the cards."""
        mark = self.talk.mark()
        self.talk.says(who, text, reply_to=card or "", chat=chat)
        return self.said(mark)

    def presses(self, who: Person, label: str, on: str = "") -> list[Heard]:
        mark = self.talk.mark()
        self.talk.presses(who, label, on=on)
        return self.said(mark)

    def passes(self, minutes: float) -> list[Heard]:
        mark = self.talk.mark()
        self.talk.passes(minutes=minutes)
        return self.said(mark)

    def said(self, mark: int) -> list[Heard]:
        said = [heard for heard in self.talk.heard(after=mark) if heard.card_id is None]
        self.talk.delivered()
        return said

    def at_private(self, who: Person, said: list[Heard]) -> list[str]:
        return [heard.plain for heard in said if heard.address == self.talk.address(who)]

    def timers(self) -> list[str]:
        return [timer.key for timer in self.talk.pending() if timer.request_id is not None]


@pytest.fixture
def stage(database: Database) -> Stage:
    with database.transaction() as session:
        network = small_network(session)
    return Stage(Talk(database), network)


@pytest.fixture
def posted(stage: Stage) -> Stage:
    stage.says(stage.network.sz01_manager, POST)
    return stage


@pytest.fixture
def accepted(posted: Stage) -> Stage:
    posted.presses(posted.network.sz02_deputy, "可以")
    return posted


@pytest.fixture
def shipped(accepted: Stage) -> Stage:
    accepted.presses(accepted.network.sz02_deputy, "已发出")
    return accepted


def colleague(stage: Stage, role: Role, store: Store) -> Person:
    with stage.talk.database.transaction() as session:
        make = Factory(session)
        make._made = 900
        return make.person("新同事", role, at=store)


# Asking why


def test_a_reason_written_in_words_after_a_bare_no_refuses_with_it(posted: Stage) -> None:
    deputy = posted.network.sz02_deputy
    posted.says(deputy, "不行", posted.talk.card(deputy))
    posted.says(deputy, "客户已经预订了")
    ask = posted.ask(1)
    assert (ask.state, ask.refusal, ask.refusal_words) == (AskState.REFUSED, "reserved", "客户已经预订了")


@pytest.mark.parametrize("words", ["可以", "收到", "为什么?", "？"])
def test_words_that_are_no_reason_do_not_refuse(posted: Stage, words: str) -> None:
    deputy = posted.network.sz02_deputy
    posted.presses(deputy, "不行")
    said = posted.says(deputy, words)
    assert posted.ask(1).state is AskState.PENDING
    assert "请点选一个按钮" in said[-1].plain


@pytest.mark.parametrize(("words", "code"), [("人手不足", "no_hands"), ("预订", "reserved"), ("已预订", "reserved")])
def test_a_choice_typed_in_words_is_taken(posted: Stage, words: str, code: str) -> None:
    posted.presses(posted.network.sz02_deputy, "不行")
    posted.says(posted.network.sz02_deputy, words)
    assert posted.ask(1).refusal == code


def test_a_reply_to_another_card_is_not_swallowed_by_the_form_being_filled_in(posted: Stage) -> None:
    deputy = posted.network.sz02_deputy
    posted.says(posted.network.sz01_manager, "/transfer 前大灯-左 x1 普通 补库存")
    posted.presses(posted.network.sz01_manager, "仍然发布")
    posted.presses(deputy, "不行", on="T-0001")
    posted.says(deputy, "收到,可以", posted.talk.card(deputy, "T-0002"))
    assert posted.state() is State.ACCEPTED
    assert len(posted.all(Draft)) == 1


def test_a_form_whose_time_has_passed_does_not_swallow_the_next_words(posted: Stage) -> None:
    deputy = posted.network.sz02_deputy
    posted.presses(deputy, "不行")
    posted.passes(16)
    reply = posted.talk.presses(deputy, "库存不足")
    assert "深圳龙岗店" in reply.toast
    assert posted.last_audit().refused
    assert posted.all(Draft) == []


# Forms


def test_urgency_and_quantity_may_be_typed_as_people_write_them(stage: Stage) -> None:
    advisor = stage.network.sz01_advisor
    for words in ("/transfer 前大灯-左", "两个", "急", "客户在等"):
        stage.says(advisor, words)
    moved = _moved(stage)
    assert (moved.asked, stage.request().urgency) == (2, "urgent")


def _moved(stage: Stage) -> Transfer:
    with stage.talk.database.transaction(writing=False) as session:
        return session.get_one(Transfer, stage.request().id)


def test_not_urgent_typed_for_the_urgency_is_not_taken_for_urgent(stage: Stage) -> None:
    for words in ("/transfer 前大灯-左 x1 客户在等", "不紧急"):
        stage.says(stage.network.sz01_advisor, words)
    assert stage.request().urgency == "normal"


def test_words_that_are_no_choice_are_asked_for_again(stage: Stage) -> None:
    for words in ("/transfer 前大灯-左 x1 客户在等", "蓝色"):
        said = stage.says(stage.network.sz01_advisor, words)
    assert "请选择" in said[-1].plain
    assert stage.all(Request) == []


def test_a_part_that_is_not_exact_is_confirmed_even_when_only_one_is_like_it(stage: Stage) -> None:
    said = stage.says(stage.network.sz01_manager, "/transfer 大灯 x1 urgent 客户在等")
    assert stage.all(Request) == []
    assert "前大灯-左 HL-1001-L" in [button.label for button in said[-1].buttons]
    stage.presses(stage.network.sz01_manager, "前大灯-左 HL-1001-L")
    assert stage.state() is State.ASKING


def test_an_impatient_thumb_opens_one_request(stage: Stage) -> None:
    manager = stage.network.sz01_manager
    stage.says(manager, "/transfer 前大灯-左 x1 urgent 补库存")
    stage.presses(manager, "按普通发")
    reply = stage.talk.presses(manager, "按普通发")
    assert "T-0001" in reply.toast
    assert len(stage.all(Request)) == 1


def test_courier_waybill_and_eta_are_each_asked_for_and_can_be_skipped(shipped: Stage) -> None:
    deputy = shipped.network.sz02_deputy
    shipped.presses(deputy, "填快递/单号/到达")
    shipped.says(deputy, "顺丰")
    shipped.presses(deputy, "跳过")
    shipped.says(deputy, "30分钟")
    moved = _moved(shipped)
    assert (moved.courier, moved.waybill, moved.eta_at) == ("顺丰", "", shipped.talk.now + timedelta(minutes=30))


# Words


@pytest.mark.parametrize(("words", "role"), [("已发出", Role.TECHNICIAN), ("无法交付,车坏了", Role.ADVISOR)])
def test_words_give_the_owners_colleagues_no_more_than_the_buttons_do(accepted: Stage, words: str, role: Role) -> None:
    who = colleague(accepted, role, accepted.network.sz02)
    card = accepted.talk.card(accepted.network.managers_chat)
    said = accepted.says(who, words, card, accepted.network.managers_chat)
    assert accepted.state() is State.ACCEPTED
    assert said[-1].only_for
    audit = accepted.last_audit()
    assert (audit.refused, audit.after, audit.person_id) == (True, words, who.id)


def test_a_technician_neither_withdraws_nor_receives_by_words(shipped: Stage) -> None:
    technician = shipped.network.sz01_technician
    card = shipped.talk.card(shipped.network.managers_chat)
    for words in ("已收到", "撤回"):
        shipped.says(technician, words, card, shipped.network.managers_chat)
        assert shipped.state() is State.SHIPPED
        assert shipped.last_audit().refused


def test_seen_in_plain_words_offers_the_receipt_when_goods_are_on_their_way(shipped: Stage) -> None:
    said = shipped.says(shipped.network.sz01_manager, "收到")
    assert "已收到 ×1" in [button.label for button in said[-1].buttons]


def test_plain_words_are_about_the_one_request_they_fit(shipped: Stage) -> None:
    network = shipped.network
    shipped.presses(network.sz01_manager, "已收到 ×1")  # T-0001 waits for its record alone
    shipped.says(network.sz01_manager, "/transfer 前大灯-左 x1 普通 补库存")
    shipped.presses(network.sz02_deputy, "可以", on="T-0002")
    shipped.says(network.sz02_deputy, "已发出")
    shipped.says(network.sz01_manager, "已收到")
    assert [request.state for request in shipped.all(Request)] == [State.RECEIVED, State.RECEIVED]


def test_an_answer_in_private_words_is_confirmed_in_words(posted: Stage) -> None:
    deputy = posted.network.sz02_deputy
    said = posted.says(deputy, "收到,可以", posted.talk.card(deputy))
    assert len(posted.at_private(deputy, said)) == 1


# Nobody to ask


def test_at_night_with_every_store_shut_the_region_hears_at_once_and_first(database: Database) -> None:
    with database.transaction() as session:
        stage = Stage(Talk(database, now=NIGHT), small_network(session, NIGHT))
    said = stage.says(stage.network.sz01_manager, POST)
    assert "没有门店可以问" in said[-1].plain
    assert "正在问" not in said[-1].plain
    assert "下一步:22:15 上报总部" in stage.talk.card(stage.network.managers_chat).plain
    told = [heard for heard in stage.passes(0) if heard.address == stage.talk.address(stage.network.shenzhen_manager)]
    assert len(told) == 1
    assert told[0].priority == 0


def test_at_night_a_store_that_opted_in_is_asked(database: Database) -> None:
    with database.transaction() as session:
        network = small_network(session, NIGHT)
        session.get_one(Store, network.sz03.id).emergencies = True
    stage = Stage(Talk(database, now=NIGHT), network)
    stage.says(network.sz01_manager, POST)
    assert stage.ask(1).store_id == network.sz03.id


def test_everybody_hears_again_when_a_promise_given_back_leaves_nobody(posted: Stage) -> None:
    talk, network = posted.talk, posted.network
    for who in (network.sz02_deputy, network.sz03_manager):
        posted.says(who, "不行,没货", talk.card(who))
    assert len(posted.at_private(network.shenzhen_manager, posted.passes(1))) == 1
    posted.says(network.sz02_deputy, "可以", talk.card(network.sz02_deputy))
    assert posted.state() is State.ACCEPTED
    assert not [key for key in posted.timers() if "unfilled" in key]
    posted.says(network.sz02_deputy, "无法交付,车坏了", talk.card(network.sz02_deputy))
    assert posted.state() is State.UNFILLED
    assert len(posted.at_private(network.shenzhen_manager, posted.passes(1))) == 1


# Clocks


def test_snooze_skips_the_next_nudge_of_a_clock_that_stood_still_overnight(database: Database) -> None:
    evening = MONDAY + timedelta(hours=7, minutes=50)  # 17:50, ten minutes before closing
    with database.transaction() as session:
        stage = Stage(Talk(database, now=evening), small_network(session, evening))
    deputy = stage.network.sz02_deputy
    stage.says(stage.network.sz01_manager, "/transfer 前大灯-左 x1 today 客户已约")
    stage.presses(deputy, "可以")
    stage.passes(15 * 60 + 31)  # 09:21: one hour of two has been worked
    stage.presses(deputy, "跳过下次提醒")
    said = stage.at_private(deputy, stage.passes(40))  # 80 % would be at 09:56
    assert said == []
    assert any("已到时限" in words for words in stage.at_private(deputy, stage.passes(30)))


def test_an_extended_clock_nudges_anew_and_tells_the_author_nothing_twice(accepted: Stage) -> None:
    network = accepted.network
    accepted.passes(30)
    said = accepted.says(network.shenzhen_manager, "/extend T-0001 60m 堵车")
    assert accepted.at_private(network.sz01_manager, said) == []
    audit = accepted.last_audit()
    assert (audit.act, audit.reason, audit.policy_id) == ("request.extend", "堵车", accepted.request().policy_id)
    assert audit.before < audit.after
    nudges = [words for words in accepted.at_private(network.sz02_deputy, accepted.passes(74)) if "⏳" in words]
    assert len(nudges) == 2  # 50 % and 80 % of 105 minutes
    step: Step = next(step for step in accepted.all(Step) if step.name == "ship")
    assert step.breached_at is None


def test_a_ladder_of_any_wait_repeats_so_often_and_closes_without_a_timer_left(database: Database) -> None:
    ladder = Escalation.model_validate({"unfilled": ["0s region", "7m hq repeat 2", "30m close repeat 3"]})
    with database.transaction() as session:
        network = small_network(session)
    stage = Stage(Talk(database, Settings(rules=Rules(escalation=ladder))), network)
    stage.says(network.sz01_manager, POST)
    for who in (network.sz02_deputy, network.sz03_manager):
        stage.says(who, "不行,没货", stage.talk.card(who))
    said = stage.passes(29)
    at = [heard.at - MONDAY for heard in said if heard.address == stage.talk.address(network.hq_chat)]
    assert at == [timedelta(minutes=minutes) for minutes in (7, 14, 21)]
    stage.passes(1)
    assert stage.state() is State.CLOSED
    assert stage.timers() == []


def test_a_rung_in_working_time_repeats_in_working_time(database: Database) -> None:
    ladder = Escalation.model_validate({"ship": ["30m hq working_time repeat 1"]})
    evening = MONDAY + timedelta(hours=7)  # 17:00; due 17:45, the store shuts at 18:00
    with database.transaction() as session:
        network = small_network(session, evening)
    stage = Stage(Talk(database, Settings(rules=Rules(escalation=ladder)), now=evening), network)
    stage.says(network.sz01_manager, POST)
    stage.presses(network.sz02_deputy, "可以")
    assert "下一步:19:00 上报区域经理" in stage.talk.card(network.managers_chat).plain  # the whole's, before tomorrow
    said = stage.passes(17 * 60)
    told = [heard for heard in said if "发货" in heard.plain and heard.address == stage.talk.address(network.hq_chat)]
    opening = MONDAY + timedelta(days=1, hours=-1.5)  # 08:30 of Tuesday
    assert [heard.at - opening for heard in told] == [timedelta(minutes=15), timedelta(minutes=45)]


# Who has gone


def test_who_was_made_inactive_after_the_card_can_press_nothing_and_sees_no_buttons(accepted: Stage) -> None:
    talk, network = accepted.talk, accepted.network
    token = next(button.token for button in talk.card(network.sz02_deputy).buttons if button.label == "已发出")
    with talk.database.transaction() as session:
        session.get_one(Person, network.sz02_deputy.id).active = False
    talk.presses_token(network.sz02_deputy, token)
    assert accepted.state() is State.ACCEPTED
    assert accepted.last_audit().refused
    accepted.presses(network.sz02_manager, "已发出")
    assert talk.card(network.sz02_deputy).buttons == []


def test_lines_for_the_customer_go_to_the_store_when_the_author_has_left_it(accepted: Stage) -> None:
    network = accepted.network
    with accepted.talk.database.transaction() as session:
        session.get_one(Person, network.sz01_manager.id).store_id = network.sz03.id
    said = accepted.passes(31)
    assert not any("转告客户" in words for words in accepted.at_private(network.sz01_manager, said))
    assert any("转告客户" in words for words in accepted.at_private(network.sz01_deputy, said))


def test_a_card_offers_only_what_its_reader_may_press(posted: Stage) -> None:
    said = posted.says(posted.network.sz01_technician, "/request T-0001")
    assert said[-1].buttons == []


def test_the_region_that_closes_an_accepted_request_tells_who_prepares_it(accepted: Stage) -> None:
    said = accepted.says(accepted.network.shenzhen_manager, "/close T-0001 客户走了")
    for who in (accepted.network.sz02_manager, accepted.network.sz02_deputy):
        assert any("不用再准备" in words for words in accepted.at_private(who, said))
    assert accepted.timers() == []


# Quantities


def test_the_author_hears_that_only_a_part_is_coming(stage: Stage) -> None:
    network = stage.network
    stage.says(network.sz01_manager, "/transfer 前大灯-左 x3 urgent 客户在等")
    stage.presses(network.sz03_manager, "只能给一部分")
    said = stage.says(network.sz03_manager, "2个")
    assert any("×2/3" in words for words in stage.at_private(network.sz01_manager, said))


# Two zones, two languages


def test_one_instant_is_told_in_each_chats_zone_and_language(database: Database) -> None:
    five = MONDAY + timedelta(hours=7)  # 17:00 in Shenzhen, 16:00 in Bangkok
    with database.transaction() as session:
        network = small_network(session, five)
        near = session.get_one(Store, network.bk01.id)
        near.latitude, near.longitude = 22.541, 114.05
        for other in (network.sz02, network.sz03):
            session.get_one(Store, other.id).active = False
    stage = Stage(Talk(database, now=five), network)
    stage.says(network.sz01_manager, POST)
    here = stage.talk.card(network.managers_chat).plain
    there = stage.talk.card(network.bangkok_chat).plain
    assert "看到请求:17:05 前" in here
    assert "下一步:17:15 上报区域经理" in here
    assert "seen by 16:05 (UTC+7)" in there
    assert "Next: 16:15 (UTC+7) the region manager hears" in there
    assert ("原因:客户在等" in here, "Why: customer waiting" in there) == (True, True)


def test_a_list_in_spanish_has_no_chinese_comma(stage: Stage) -> None:
    with stage.talk.database.transaction() as session:
        session.get_one(Person, stage.network.sz01_manager.id).language = "es"
        level = session.exec(select(StockLevel).where(StockLevel.store_id == stage.network.sz01.id)).first()
        assert level is not None
        level.quantity = 2
    said = stage.says(stage.network.sz01_manager, "/transfer 前大灯-左 x1 urgente reposicion")
    assert "no espera ningún cliente, tu tienda tiene 2" in said[-1].plain


# Chats


def test_urgent_cards_stand_in_the_emergency_chat_and_the_others_with_the_managers_of_both_platforms(
    stage: Stage,
) -> None:
    network, talk = stage.network, stage.talk
    with talk.database.transaction() as session:
        make = Factory(session)
        make._made = 800
        emergency = make.chat(Purpose.EMERGENCY, network.shenzhen)
        slack = make.chat(Purpose.MANAGERS, network.shenzhen, platform="slack")
    stage.says(network.sz01_manager, POST)
    assert "T-0001" in talk.card(emergency).plain
    assert talk.heard(network.managers_chat) == []
    stage.says(network.sz01_manager, "/transfer 前大灯-左 x1 普通 补库存")
    stage.presses(network.sz01_manager, "仍然发布")
    assert "T-0002" in talk.card(slack).plain
    assert "T-0002" in talk.card(network.managers_chat).plain
    stage.presses(network.sz02_manager, "可以", on="T-0002")
    assert "已同意" in talk.card(network.managers_chat).plain


def test_a_card_in_a_thread_gets_one_line_for_each_turn_of_the_story(database: Database) -> None:
    with database.transaction() as session:
        network = small_network(session)
        make = Factory(session)
        make._made = 800
        slack = make.chat(Purpose.MANAGERS, network.shenzhen, platform="slack")
    stage = Stage(Talk(database, Settings(threaded=frozenset({"slack"}))), network)
    lines: list[int] = []

    def counted(mark: int) -> None:
        lines.append(len([heard for heard in stage.talk.heard(slack, after=mark) if heard.under_card]))

    stage.says(network.sz01_manager, POST)
    counted(0)
    for who, label in (
        (network.sz02_deputy, "收到"),
        (network.sz02_deputy, "可以"),
        (network.sz02_deputy, "已发出"),
        (network.sz01_manager, "已收到 ×1"),
    ):
        mark = stage.talk.mark()
        stage.presses(who, label)
        counted(mark)
    assert lines == [0, 1, 1, 1, 1]


# The record


def test_a_button_that_only_asks_is_on_the_record_by_its_name(posted: Stage) -> None:
    posted.presses(posted.network.sz02_deputy, "不行")
    assert posted.last_audit().act.startswith("request.refuse")


def test_a_stranger_is_refused_and_on_the_record_with_the_words(posted: Stage) -> None:
    card = posted.talk.card(posted.network.managers_chat)
    posted.talk.says("telegram:99", "收到,可以", chat=posted.network.managers_chat, reply_to=card)
    audit = posted.last_audit()
    assert (audit.refused, audit.user, audit.person_id, audit.after) == (True, "99", None, "收到,可以")
    assert posted.state() is State.ASKING


def test_nobody_linked_means_nobody_is_asked(stage: Stage) -> None:
    network = stage.network
    there = {network.sz02_manager.id, network.sz02_deputy.id, network.sz03_manager.id, network.sz03_deputy.id}
    with stage.talk.database.transaction() as session:
        for account in session.exec(select(Account)).all():
            if account.person_id in there:
                session.delete(account)
    stage.says(network.sz01_manager, POST)
    assert stage.state() is State.UNFILLED
    assert stage.all(Ask) == []
