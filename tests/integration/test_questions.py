"""A technicians' question from the first word to the case it becomes, through the real dispatch and its timers."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from handlers.chat import CHAT_MOVED, MESSAGE_DELETED, Address, Inbound, InboundKind, Message
from handlers.context import Context
from handlers.questions.timers import call_next
from handlers.settings import Rules, Settings
from storage.database import Database
from storage.queries import questions as question_queries
from storage.tables.audit import AuditEntry
from storage.tables.boards import Technician
from storage.tables.chats import Chat, Purpose
from storage.tables.ledger import PointsEntry
from storage.tables.people import Person, Role
from storage.tables.questions import Question, QuestionAnswer, QuestionCall, QuestionState
from tests.factories import MONDAY, Factory, SmallNetwork, small_network
from tests.talk import Heard, Talk

ASK = "/ask 三电 高压互锁报警,插头都查过了"


@dataclass
class Stage:
    """A network with technicians on its map, and a talk with the bot in it."""

    talk: Talk
    network: SmallNetwork
    channel: Chat
    wang: Person  # SZ02, T2, 三电故障
    li: Person  # SZ03, T3, 钣喷
    zhao: Person  # SZ03, T3, 三电故障 on Slack alone

    def question(self) -> Question:
        with self.talk.database.transaction(writing=False) as session:
            return session.exec(select(Question).order_by(Question.id.desc())).first()  # type: ignore[attr-defined,return-value]

    def all(self, table: type) -> list:  # type: ignore[type-arg]
        with self.talk.database.transaction(writing=False) as session:
            return list(session.exec(select(table).order_by(table.id)))


def on_map(make: Factory, store_id: int, name: str, level: str, specialties: str) -> None:
    make.add(
        Technician(
            store_id=store_id, name=name, level=level, specialties=specialties, stated_at=MONDAY, stated_by="factory"
        )
    )


def build(database: Database, rules: Rules | None = None) -> Stage:
    with database.transaction() as session:
        network = small_network(session, rules=rules)
        make = Factory(session)
        make._made = 500
        channel = make.chat(Purpose.TECHNICIANS, network.shenzhen, chat="-100777")
        wang = make.person("王工", Role.TECHNICIAN, at=network.sz02)
        li = make.person("李工", Role.TECHNICIAN, at=network.sz03)
        zhao = make.person("赵工", Role.TECHNICIAN, at=network.sz03, account="slack:U0777")
        on_map(make, network.sz01.id, "刘洋", "T1", "三电故障、底盘")  # who asks
        on_map(make, network.sz02.id, "王工", "T2", "三电故障、空调")
        on_map(make, network.sz02.id, "孙工", "T1", "三电")  # linked to nobody
        on_map(make, network.sz03.id, "李工", "T3", "钣喷")
        on_map(make, network.bk01.id, "Anan", "T3", "三电故障")  # another region
    settings = Settings(rules=rules) if rules else None
    return Stage(Talk(database, settings), network, channel, wang, li, zhao)


@pytest.fixture
def stage(any_database: Database) -> Stage:
    return build(any_database)


@pytest.fixture
def small(database: Database) -> Stage:
    return build(database)


def mentions(message: Message) -> set[int]:
    return {span.person for row in message.lines for span in row if span.style == "mention" and span.person}


def asked(stage: Stage, text: str = ASK) -> Heard:
    stage.talk.says(stage.network.sz01_technician, text, chat=stage.channel)
    return stage.talk.card(stage.channel, "Q-0001")


def test_a_question_names_the_matching_specialists_only_and_never_who_asks(stage: Stage) -> None:
    shown = asked(stage).message
    assert mentions(shown) == {stage.wang.id}
    assert "王工、孙工" in shown.plain  # who is linked to nobody is named without a mention
    assert "李工" not in shown.plain and "Anan" not in shown.plain
    assert [row for row in shown.plain.splitlines() if "刘洋" in row] == ["深圳南山店 刘洋 请教 · 10:00"]
    assert stage.question().words == "高压互锁报警,插头都查过了"
    assert stage.question().specialty == "三电故障"
    assert len(stage.talk.heard()) == 1  # one message for one question


def test_a_question_asked_privately_is_posted_in_the_technicians_chat(small: Stage) -> None:
    small.talk.says(small.network.sz01_advisor, ASK)
    assert "Q-0001" in small.talk.card(small.channel).plain
    assert "Q-0001 已发到技师互助群,10:15" in small.talk.last(small.network.sz01_advisor).plain


def test_no_more_are_named_than_the_limit(database: Database) -> None:
    stage = build(database, Rules.model_validate({"questions": {"most_named": 1}}))
    stage.talk.says(stage.network.sz01_technician, ASK, chat=stage.channel)
    shown = stage.talk.card(stage.channel).message
    assert mentions(shown) == {stage.wang.id}
    assert "孙工" not in shown.plain


def test_a_specialist_who_has_no_account_where_the_question_stands_is_told_privately(small: Stage) -> None:
    with small.talk.database.transaction() as session:
        on_map(Factory(session), small.network.sz03.id, "赵工", "T3", "三电")
    shown = asked(small).message
    assert mentions(shown) == {small.zhao.id, small.wang.id}
    assert "Q-0001" in small.talk.last(small.zhao).plain
    assert not small.talk.heard(small.wang)


@pytest.mark.parametrize(("minutes", "seconds", "told"), [(14, 59, False), (15, 0, True)])
def test_a_question_unanswered_at_the_limit_goes_to_the_next_level_to_the_second(
    stage: Stage, minutes: int, seconds: int, told: bool
) -> None:
    asked(stage)
    stage.talk.passes(minutes=minutes, seconds=seconds)
    assert bool(stage.talk.heard(stage.li)) is told
    assert stage.question().level == int(told)


def test_each_level_hears_once_and_then_the_store_that_asks(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    asked(stage)
    talk.passes(minutes=15)  # 10:15 the experts
    assert len(talk.heard(stage.li)) == 1
    assert "↑ 已请区域专家" in talk.card(stage.channel).plain
    assert "⏳ 10:30 还没人答,就请区域经理" in talk.card(stage.channel).plain
    assert not talk.heard(network.shenzhen_manager)
    talk.passes(minutes=15)  # 10:30 the region
    assert "Q-0001" in talk.last(network.shenzhen_manager).plain
    talk.passes(minutes=15)  # 10:45 HQ
    assert "Q-0001" in talk.last(network.hq_chat).plain
    talk.passes(minutes=15)  # 11:00 nobody is left
    assert "都问过了" in talk.last(network.sz01_manager).plain
    talk.passes(days=1)
    for one in (stage.li, network.shenzhen_manager, network.sz01_manager):
        assert len([heard for heard in talk.heard(one) if "Q-0001" in heard.plain]) == 1
    assert len([heard for heard in talk.heard(stage.channel) if not heard.edit]) == 1
    assert "🔴" in talk.card(stage.channel).plain


def test_a_level_at_which_there_is_nobody_is_passed_over_at_once(small: Stage) -> None:
    talk = small.talk
    with talk.database.transaction() as session:
        session.delete(session.exec(select(Technician).where(Technician.name == "李工")).one())
    asked(small)
    talk.passes(minutes=15)
    shown = talk.card(small.channel).plain
    assert "↑ 已请区域经理" in shown
    assert "↑ 已请区域专家" not in shown
    assert "Q-0001" in talk.last(small.network.shenzhen_manager).plain


def test_the_clock_of_a_question_stands_still_while_the_store_is_closed(small: Stage) -> None:
    small.talk.passes(hours=7, minutes=55)  # 17:55
    asked(small)
    small.talk.passes(hours=14, minutes=44, seconds=59)  # 08:39:59
    assert small.question().level == 0
    small.talk.passes(seconds=1)
    assert small.question().level == 1


def test_an_answer_in_reply_stops_the_clock_and_is_kept(stage: Stage) -> None:
    talk = stage.talk
    shown = asked(stage)
    talk.says(stage.wang, "先量互锁回路电阻", chat=stage.channel, reply_to=shown)
    assert stage.question().state is QuestionState.ANSWERED
    assert "💬 王工(深圳福田店):先量互锁回路电阻" in talk.card(stage.channel).plain
    assert "先量互锁回路电阻" in talk.last(stage.network.sz01_technician).plain
    talk.passes(hours=3)
    assert not talk.heard(stage.li)
    assert [one.words for one in stage.all(QuestionAnswer)] == ["先量互锁回路电阻"]


@pytest.mark.parametrize("nod", ["收到", "好的", "1"])
def test_a_nod_under_a_question_is_no_answer(small: Stage, nod: str) -> None:
    small.talk.says(small.wang, nod, chat=small.channel, reply_to=asked(small))
    assert small.question().state is QuestionState.OPEN
    assert not small.all(QuestionAnswer)


def test_the_solution_is_accepted_by_who_asked_and_the_answerer_is_credited(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    shown = asked(stage)
    talk.says(stage.li, "/solved 换后桥互锁插头", chat=stage.channel, reply_to=shown)
    talk.delivered()
    refused = talk.presses(stage.wang, "有用:李工", chat=stage.channel)
    assert "提问人" in refused.toast
    talk.presses(network.sz01_technician, "有用:李工")
    assert stage.question().state is QuestionState.SOLVED
    assert "✅ 李工(深圳龙岗店) 的办法管用:换后桥互锁插头" in talk.card(stage.channel).plain
    assert not talk.card(stage.channel).buttons
    assert "👏 Q-0001" in talk.last(stage.li).plain
    with talk.database.transaction(writing=False) as session:
        credited = question_queries.count_credits(session, MONDAY, MONDAY + timedelta(days=1))
    assert credited == {stage.li.id: 1}
    assert not stage.all(PointsEntry)  # none unless configured
    acts = [entry.act for entry in stage.all(AuditEntry)]
    assert {"question.ask", "question.answer", "question.solved"} <= set(acts)


def test_a_solution_is_accepted_once(small: Stage) -> None:
    talk = small.talk
    shown = asked(small)
    talk.says(small.li, "/solved 换后桥互锁插头", chat=small.channel, reply_to=shown)
    talk.says(small.wang, "/solved 清洁插头", chat=small.channel, reply_to=shown)
    board = talk.card(small.channel)
    talk.presses(small.network.sz01_technician, "有用:李工", on=board)
    reply = talk.presses(small.network.sz01_technician, "有用:王工", on=board)
    assert "已经解决" in reply.toast
    assert [answer.accepted_at is not None for answer in small.all(QuestionAnswer)] == [True, False]


def test_of_two_answers_taken_at_once_one_is_the_solution(stage: Stage) -> None:
    talk, network = stage.talk, stage.network
    shown = asked(stage)
    talk.says(stage.li, "/solved 换后桥互锁插头", chat=stage.channel, reply_to=shown)
    talk.says(stage.wang, "/solved 清洁插头", chat=stage.channel, reply_to=shown)
    board = talk.card(stage.channel)
    tokens = {button.label: button.token for button in board.buttons}
    start = threading.Barrier(2)

    def press(person: Person, label: str) -> None:
        other = Talk(talk.database, now=talk.now)
        start.wait(10)
        other.presses_token(person, tokens[label], chat=stage.channel, source=f"telegram:both-{person.id}")

    threads = [
        threading.Thread(target=press, args=each)
        for each in ((network.sz01_technician, "有用:李工"), (network.sz01_manager, "有用:王工"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [answer.accepted_at is not None for answer in stage.all(QuestionAnswer)].count(True) == 1
    assert [entry.act for entry in stage.all(AuditEntry)].count("question.solved") == 1


def test_words_in_the_thread_of_a_question_are_an_answer_on_slack(small: Stage) -> None:
    talk = small.talk
    with talk.database.transaction() as session:
        channel = Factory(session).chat(Purpose.TECHNICIANS, small.network.shenzhen, platform="slack", chat="C777")
    asked(small)
    root = talk.card(channel, "Q-0001").delivered_as
    thread = Address("slack", "C777", root)
    talk.says(small.zhao, "先量互锁回路电阻", chat=thread, reply_to=root)
    assert small.question().state is QuestionState.ANSWERED
    for place in (channel, small.channel):  # one card in each of the region's channels, both edited
        assert "先量互锁回路电阻" in talk.card(place).plain


def test_points_for_a_solution_come_where_they_are_configured_once(database: Database) -> None:
    stage = build(database, Rules.model_validate({"questions": {"points": 3}}))
    stage.talk.says(stage.li, "/solved 换后桥互锁插头", chat=stage.channel, reply_to=asked(stage))
    stage.talk.delivered()
    stage.talk.presses(stage.network.sz01_technician, "有用:李工")
    (entry,) = stage.all(PointsEntry)
    assert (entry.store_id, entry.points, entry.rule) == (stage.network.sz03.id, 3, "points.answer")
    stage.talk.says(stage.network.hq, f"/why P-{entry.id}")
    assert "答复请教" in stage.talk.last(stage.network.hq).plain


def test_what_did_not_help_goes_to_the_next_level_at_once(small: Stage) -> None:
    talk = small.talk
    talk.says(small.wang, "重启试试", chat=small.channel, reply_to=asked(small))
    talk.delivered()
    talk.presses(small.network.sz01_technician, "还没解决")
    assert small.question().state is QuestionState.OPEN
    assert len(talk.heard(small.li)) == 1
    talk.passes(minutes=15)
    assert "Q-0001" in talk.last(small.network.shenzhen_manager).plain


def test_an_expert_answers_in_reply_to_the_private_word(small: Stage) -> None:
    talk = small.talk
    asked(small)
    talk.passes(minutes=15)
    talk.delivered()
    talk.says(small.li, "没货的话先短接测试", reply_to=talk.last_heard(small.li))
    assert [one.words for one in small.all(QuestionAnswer)] == ["没货的话先短接测试"]


def test_who_asked_can_say_themselves_what_solved_it(small: Stage) -> None:
    asked(small)
    small.talk.says(small.network.sz01_technician, "/solved Q-0001 插头里有水")
    assert small.question().state is QuestionState.SOLVED


def test_what_who_asked_says_further_is_added_to_the_question(small: Stage) -> None:
    small.talk.says(small.network.sz01_technician, "故障码 P0A0A", chat=small.channel, reply_to=asked(small))
    assert small.question().words == "高压互锁报警,插头都查过了;故障码 P0A0A"
    assert small.question().state is QuestionState.OPEN


def test_two_signs_of_chinese_find_the_solved_case(stage: Stage) -> None:
    talk = stage.talk
    talk.says(stage.li, "/solved 换后桥互锁插头", chat=stage.channel, reply_to=asked(stage))
    talk.delivered()
    talk.says(stage.network.sz02_deputy, "/case 互锁")
    assert "还没有" in talk.last(stage.network.sz02_deputy).plain  # not solved yet
    talk.presses(stage.network.sz01_technician, "有用:李工")
    talk.says(stage.network.sz02_deputy, "/case 互锁")
    assert "换后桥互锁插头(李工(深圳龙岗店))" in talk.last(stage.network.sz02_deputy).plain
    talk.says(stage.network.sz02_deputy, "/case 变速箱")
    assert "还没有" in talk.last(stage.network.sz02_deputy).plain


@pytest.mark.parametrize(
    ("words", "says"),
    [("/case 锁", "至少两个字"), ("/solved 换插头", "是哪个问题"), ("/solved Q-0009 换插头", "没有 Q-0009")],
)
def test_words_that_cannot_be_used_get_one_sentence_with_an_example(small: Stage, words: str, says: str) -> None:
    small.talk.says(small.network.sz01_technician, words)
    assert says in small.talk.last(small.network.sz01_technician).plain


def test_a_question_without_a_known_specialty_asks_for_it_and_loses_nothing(small: Stage) -> None:
    reply = small.talk.says(small.network.sz01_technician, "/ask 天窗漏水怎么查", can_form=True)
    assert reply.form is not None
    values = {field.name: field.value for field in reply.form.fields}
    assert values["words"] == "天窗漏水怎么查"
    small.talk.sends_form(small.network.sz01_technician, {"specialty": "other"})
    assert small.question().level == 1  # nobody to name: the experts hear at once
    assert "Q-0001" in small.talk.last(small.li).plain


def test_a_question_is_asked_in_words_where_there_are_no_forms(small: Stage) -> None:
    talk, who = small.talk, small.network.sz01_technician
    talk.says(who, "/ask")
    talk.delivered()
    talk.presses(who, "三电故障")
    talk.says(who, "高压互锁报警")
    assert small.question().words == "高压互锁报警"


def test_the_same_question_again_is_not_posted_twice(small: Stage) -> None:
    asked(small)
    small.talk.says(small.network.sz01_technician, ASK)
    assert "刚才已经问过了:Q-0001" in small.talk.last(small.network.sz01_technician).plain
    assert len(small.all(Question)) == 1


def test_without_a_technicians_chat_the_specialists_are_asked_privately_and_see_the_card_change(small: Stage) -> None:
    talk = small.talk
    with talk.database.transaction() as session:
        session.delete(session.get_one(Chat, small.channel.id))
    talk.says(small.network.sz01_technician, ASK)
    shown = talk.card(small.wang, "Q-0001")
    talk.says(small.wang, "先量互锁回路电阻", reply_to=shown)
    assert "先量互锁回路电阻" in talk.card(small.wang).plain
    assert "先量互锁回路电阻" in talk.card(small.network.sz01_technician).plain


def test_a_question_in_practice_calls_nobody_and_becomes_no_case(small: Stage) -> None:
    talk, who = small.talk, small.network.sz01_technician
    with talk.database.transaction() as session:
        session.get_one(Person, who.id).practising = True
    talk.says(who, ASK, chat=small.channel)
    assert "🎓 练习 Q-0001" in talk.card(who, "Q-0001").plain
    talk.passes(days=1)
    talk.says(who, "/solved Q-0001 插头里有水")
    assert small.question().state is QuestionState.SOLVED
    assert not [place for place in (small.channel, small.wang, small.li) if talk.heard(place)]
    talk.says(small.network.sz02_deputy, "/case 互锁")
    assert "还没有" in talk.last(small.network.sz02_deputy).plain
    with talk.database.transaction(writing=False) as session:
        assert not question_queries.count_credits(session, MONDAY, MONDAY + timedelta(days=9))


def test_a_restart_or_a_repeated_timer_tells_nobody_twice(small: Stage) -> None:
    asked(small)
    small.talk.passes(minutes=15)
    with small.talk.database.transaction() as session:
        context = Context(session, small.talk.settings, small.talk.now)
        call_next(context, small.question().id, small.question().turn - 1)  # the timer before
        assert not context.said
    calls = [(call.person_id, call.level) for call in small.all(QuestionCall) if call.level]
    assert calls == [(small.li.id, 1)]


def test_a_stranger_region_does_not_answer_what_it_was_not_asked(small: Stage) -> None:
    asked(small)
    small.talk.says(small.network.bk01_manager, "/solved Q-0001 hello there")
    assert "another region" in small.talk.last(small.network.bk01_manager).plain


def test_a_card_that_was_deleted_is_posted_once_more(small: Stage) -> None:
    talk = small.talk
    first = asked(small)
    talk.happens(MESSAGE_DELETED, small.channel, message=first.delivered_as)
    talk.fires_due()
    again = talk.card(small.channel, "Q-0001")
    assert again.delivered_as != first.delivered_as
    talk.says(small.wang, "先量互锁回路电阻", chat=small.channel, reply_to=again)
    assert small.question().state is QuestionState.ANSWERED


def test_a_question_follows_its_chat_to_a_new_id(small: Stage) -> None:
    talk = small.talk
    asked(small)
    talk.happens(CHAT_MOVED, small.channel, to="-100888")
    talk.fires_due()
    assert "Q-0001" in talk.card("-100888").plain


def test_a_photo_that_comes_with_a_question_or_an_answer_is_kept(small: Stage) -> None:
    talk = small.talk
    address = talk.address(small.channel)
    for number, (user, text, reply_to) in enumerate(
        ((small.network.sz01_technician, ASK.removeprefix("/"), ""), (small.li, "solved Q-0001 看图", ""))
    ):
        talk.takes(
            Inbound(
                id=f"telegram:photo-{number}",
                kind=InboundKind.TEXT,
                origin=address,
                user=talk.account(user).user,
                text=text,
                addressed=True,
                message=f"p{number}",
                reply_to=reply_to,
                values={"file": f"FILE{number}", "file_kind": "photo"},
            )
        )
    assert small.question().reference == "FILE0"
    assert [answer.reference for answer in small.all(QuestionAnswer)] == ["FILE1"]
    assert "📎" in talk.card(small.channel).plain
