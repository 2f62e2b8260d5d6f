"""Answers in words: what binds, what only tells, and what is left for the bot to ask."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.requests.grammar import (
    LONGEST_ANSWER,
    MOST_PIECES,
    Answer,
    as_asked,
    classify_reason,
    clean,
    fold,
    parse_answer,
    parse_count,
    parse_score,
)


def listed(text: str) -> list[str]:
    """Split a table of cases at its bars and line ends."""
    return [case.strip() for case in text.replace("\n", "|").split("|") if case.strip()]


def paired(text: str) -> list[tuple[str, ...]]:
    """Split a table of "words → what they say", which may be nothing."""
    return [tuple(part.strip() for part in case.split("→")) for case in listed(text)]


def counted(text: str) -> list[tuple[str | int | None, ...]]:
    """Split a table of "words → how many, - for unsaid (→ the rest)"."""
    return [(words, None if many == "-" else int(many), *rest) for words, many, *rest in paired(text)]


YES = listed("""
    收到,可以 | 收到，可以 | 收到，可以。 | 收到可以 | 收到 可以 | 收到！可以！ | 收到，没问题 | 收到 OK | 收到了，行
    可以 | 可以的 | 可以啊 | 可以可以 | 行 | 行的 | 行吧 | 好 | 好的 | 好的好的 | 没问题 | 没有问题 | 同意 | 能
    可以，谢谢 | 我们可以 | 我这边没问题 | 本店可以 | 抱歉，可以 | 可以，马上发 | 好的，马上安排 | OK | ok | Ok! | ok.
    OK!!! | okay | ＯＫ | ｏｋ！ | Yes | yes, sure | Sure | accept | Accepted. | agreed | no problem | No problem!
    we can | can do | OK, thanks | Sí | si | SÍ | sí, claro | Sí, gracias | Vale | vale! | De acuerdo | acepto
    Aceptar | no hay problema | sin problema | Por supuesto | 👍可以 | 可以👍🏻 | ✅ OK ✅ | “可以” | *OK* | 可以~
    可以～ | ok \t ! | 可以调给你 | 可以支援 | 接单 | ok啦 | \u200f可以\u200e | \u202e可以\u202c | 可\u200b以
    \ufeffOK
""")


@pytest.mark.parametrize("text", [*YES, " 可以 ", "收到,\n可以", "OK\n"])
def test_a_yes_is_an_acceptance(text: str) -> None:
    assert parse_answer(text) == Answer("accept")


@pytest.mark.parametrize(
    ("text", "quantity"),
    counted("""
    可以 3个 → 3 | 可以3个 → 3 | ３个可以 → 3 | 两个可以 → 2 | 可以 x2 → 2 | 可以 ×2 → 2 | 可以，只有2个 → 2
    可以发2个 → 2 | 可以给你们2个 → 2 | 可以 十二个 → 12 | 收到，可以，2件 → 2 | OK, but only 2 → 2 | ok 2 pcs → 2
    Sí, 2 uds → 2 | vale, pero solo 2 → 2 | 可以 2个 2个 → 2 | 可以 9999个 → 9999
"""),
)
def test_a_yes_may_say_how_many(text: str, quantity: int) -> None:
    assert parse_answer(text) == Answer("accept", quantity=quantity)


@pytest.mark.parametrize(
    ("text", "rest"), [("可以 30分钟", "30分钟"), ("ok, 45 min", "45 min"), ("行，2小时内", "2小时内")]
)
def test_a_yes_may_say_how_soon(text: str, rest: str) -> None:
    assert parse_answer(text) == Answer("accept", rest=rest)


@pytest.mark.parametrize(
    ("text", "reason"),
    paired("""
    收到,不行,原因是客户已预约 → 客户已预约 | 收到，不行，原因是客户已预约 → 客户已预约
    收到，不行，原因：客户已预约。 → 客户已预约 | 收到不行原因客户已预约 → 客户已预约
    不行，因为客户已预约 → 客户已预约 | 不行因为客户已预约 → 客户已预约
    不行，客户订了，明天行吗？ → 客户订了，明天行吗？ | 不行 没货 → 没货 | 不行啊，没货 → 没货
    不可以，人手不足 → 人手不足 | 不能，没货 → 没货 | 抱歉，不行，没货 → 没货 | 我们不行，没货 → 没货
    🙏抱歉，不行🙏，没货 → 没货 | 不行，原因是Ａ柱在用（２个） → A柱在用（2个） | 没货 → 没货 | 没货了！ → 没货了
    收到，没货 → 没货 | 抱歉，没货，你问问SZ03 → 没货，你问问SZ03 | 没有 → 没有 | 人手不足 → 人手不足
    No, because the customer booked it → the customer booked it | no because booked → booked | NO: booked → booked
    no - booked → booked | No, sorry, no stock → no stock | No, the reason is short staff → short staff
    No we don't have it → we don't have it | not ok, booked → booked | Refused, because of the audit → the audit
    can't, no hands → no hands | No stock → No stock | out of stock. → out of stock | 不行（没货） → 没货
    Not available → Not available | no bc booked → booked | No, porque está reservado → está reservado
    no porque está reservado → está reservado | No puedo, sin stock → sin stock
    lo siento, no hay stock → no hay stock | Rechazado, motivo: reservado → reservado | Seen, no, booked → booked
    visto, no, porque está reservado → está reservado
"""),
)
def test_a_no_carries_its_reason(text: str, reason: str) -> None:
    assert parse_answer(text) == Answer("refuse", reason=reason)


@pytest.mark.parametrize(
    "text",
    listed("""
    不行 | 不行！ | 不行的 | 不行啊 | 不行不行 | 不可以 | 不可以的 | 收到，不行 | 收到不行 | 不 | 不。 | 不能 | 拒绝
    不同意 | 抱歉，不行 | 不行，抱歉 | 不行，因为 | No | no. | NO! | nope | No, sorry | Sorry, no | not ok | Not OK!
    not possible | can't | cannot | Refuse | declined | No, gracias | no puedo | No podemos | imposible | Rechazar
    今天不行 | 恐怕不行 | 没有办法 | I'm sorry, no | can't do it
"""),
)
def test_a_bare_no_has_no_reason_so_that_the_bot_asks_why(text: str) -> None:
    assert parse_answer(text) == Answer("refuse")


@pytest.mark.parametrize(
    "text",
    listed("""
    收到 | 收到。 | 收到！ | 收到了 | 收到收到 | 收到，谢谢 | 看到了 | 知道了 | 已读 | 👀收到 | Seen | seen! | Noted
    got it | Visto | visto. | Enterado
"""),
)
def test_received_in_the_sense_of_read_is_only_seen(text: str) -> None:
    assert parse_answer(text) == Answer("seen")


@pytest.mark.parametrize(
    ("text", "rest"),
    paired("""
    收到，我看一下 → 我看一下 | 收到 我问问仓库 → 我问问仓库 | 收到，什么时候要？ → 什么时候要？
    收到，可以吗？ → 可以吗？ | 收到，可以的话明天发 → 可以的话明天发
    Seen, will check the shelf → will check the shelf | Visto, lo miro ahora → lo miro ahora
"""),
)
def test_seen_with_other_words_is_seen_and_nothing_more(text: str, rest: str) -> None:
    assert parse_answer(text) == Answer("seen", rest=rest)


@pytest.mark.parametrize(
    ("text", "quantity", "rest"),
    counted("""
    已发出 顺丰 SF123 30分钟 → - → 顺丰 SF123 30分钟 | 已发出顺丰SF123 → - → 顺丰SF123 | 已发出 → - →
    已发货，顺丰 SF123 → - → 顺丰 SF123 | 已发出3个 顺丰 → 3 → 顺丰 | 已发出 2个，顺丰 → 2 → 顺丰
    已发 SF123 → - → SF123 | 发了 → - → | 已寄出 → - → | 收到，已发出 → - → | Shipped → - → | shipped 2 → 2 →
    Shipped 2 pcs, DHL 123 → 2 → DHL 123 | Shipped DHL 1234 → - → DHL 1234 | shipped 30 min → - → 30 min
    sent by courier → - → by courier | on its way → - → | 货已发出 → - → | 已发顺丰 SF1 → - → 顺丰 SF1
    司机已出发 → - → | Enviado → - → | enviado por MRW 99 → - → por MRW 99 | Ya enviado, 2 uds → - → 2 uds
"""),
)
def test_shipped_keeps_courier_waybill_and_time_as_words(text: str, quantity: int | None, rest: str) -> None:
    assert parse_answer(text) == Answer("shipped", quantity, rest=rest)


@pytest.mark.parametrize(
    ("text", "quantity", "rest"),
    counted("""
    已收到 → - → | 已收到。 → - → | 已收到3个 → 3 → | 已收到 3 个 → 3 → | 已收到，3个 → 3 →
    已收到 3个，1个破损 → 3 → 1个破损 | 已收到，1个破损 → - → 1个破损 | 已收到1个破损 → - → 1个破损 | 收到货了 → - →
    收到货了，少1个 → - → 少1个 | 货收到了 → - → | 货已到 → - → | 已到货 → - → | 已签收 → - → | 收到3个 → 3 →
    收到了 3个 → 3 → | 收到两个 → 2 → | Received → - → | received 3 → 3 → | Received 3 pcs, thanks → 3 →
    Received, 1 damaged → - → 1 damaged | Received 2 damaged → - → 2 damaged | got the parts → - → | 配件已收到 → - →
    收到配件了 → - → | Received all → - → | Recibido todo → - → | Recibido → - → | Recibido 2 uds → 2 → | recibí → - →
    已收到0个 → - → 0个 | 已收到，可以 → - → 可以
"""),
)
def test_a_receipt_may_say_how_many_and_what_was_wrong(text: str, quantity: int | None, rest: str) -> None:
    assert parse_answer(text) == Answer("received", quantity, rest=rest)


def test_seen_with_a_number_behind_a_pause_leaves_it_to_who_said_it() -> None:
    assert parse_answer("收到，3个") == Answer("seen", 3)


@pytest.mark.parametrize(
    ("text", "reason"),
    paired("""
    无法交付,车坏了 → 车坏了 | 无法交付 → | 无法交付因为车坏了 → 车坏了 | 发不了，找不到货 → 找不到货
    不能按时交付，堵车 → 堵车 | Cannot deliver, truck broke → truck broke
    can't deliver because the truck broke → the truck broke | Can not deliver it: broken → broken | we cannot ship →
    No puedo entregar, se rompió el camión → se rompió el camión | No podemos enviarlo porque está roto → está roto
"""),
)
def test_a_provider_who_cannot_deliver_says_why(text: str, reason: str) -> None:
    assert parse_answer(text) == Answer("cannot", reason=reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    paired("""
    撤回 → | 撤回。 → | 取消请求 → | Cancel it → | 撤回，客户不等了 → 客户不等了 | 取消 → | 不要了，谢谢 →
    取消，因为客户走了 → 客户走了 | Withdraw → | withdrawn: customer left → customer left
    cancel because found one → found one | Retirar → | Cancelado, el cliente se fue → el cliente se fue
"""),
)
def test_a_withdrawal_is_the_whole_sentence(text: str, reason: str) -> None:
    assert parse_answer(text) == Answer("withdraw", reason=reason)


UNCLEAR = {
    "nothing": ["", " ", *listed("。 | 👍 | ✅ | ? | 嗯 | 谢谢 | 3个 | 只有2个 | 30分钟 | \u200b")],
    "question": listed("""
    可以吗? | 可以吗？ | 可以吗 | 可以？ | 行吗 | 行不行 | 可不可以 | 可以不可以 | 能不能 | 好吗 | 好不好 | OK? | ok ?
    ¿Vale? | Vale? | Yes? | no? | 不行？ | 不行吗 | 没货吗 | 没货? | 收到吗 | 收到? | 收到了没 | 收到货了吗
    货到了吗？ | 已发出？ | 发了吗 | 发了没 | shipped? | Received? | received the parts? | 撤回吗 | cancel?
    cannot deliver? | 无法交付吗 | ¿Enviado? | No puedo entregar? | 已发出 顺丰？ | Shipped by DHL? | 已收到 全部吗
    取消请求，可以吗
"""),
    "hesitation": listed("""
    好的我问问 | 好的，我问问 | 可以吧 | 应该可以 | 可能不行 | OK, let me check | ok wait | 能发但是要等明天
    vale, lo miro | 收到,好的 | 好的，收到 | OK收到 | hold on | maybe | 等一下 | 稍等 | 不行吧 | 没货吧
"""),
    "condition": listed("""
    可以的话明天给你 | 不行的话我问别家 | 不行就算了 | 没货的话告诉我 | si no hay, aviso | 如果可以，我要两个
"""),
    "both": listed("""
    不行，可以 | 可以，不行 | 不行，但是明天可以 | No, but I can send 1 | no, yes | no, pero tengo otro
"""),
    "prose": listed("""
    这个配件如果可以的话明天再说 | 他可以 | 我觉得可以 | 成都那边有货 | 好久不见 | 行车记录仪还有吗 | 能耗太高 | 不急
    不是，我说的是另一个 | 不能再等了 | 不好意思，打错了 | 没人要的库存 | 已发现漏油 | 已收到你的消息 | 收到客户投诉
    看到你的消息了 | 取消剩余 | 取消 剩下的 | 还没收到 | 没收到 | 未发出 | 不用了 | no idea | no rush | No worries
    no se | No. 3 is ready | No-show | note the time | sorry | okra | silla | valencia | cancel the rest
    received your message | sent you a message | not received | no recibido todavia | no enviado
    I said OK to him yesterday | yesterday
"""),
    "numbers": listed("""
    可以-3个 | 可以 0个 | 可以 99999个 | 可以 2.5个 | 可以 1e9 | 可以 2个 3个 | 可以 3个月 | ok 2.5 | 可以 2²
"""),
    "markup": listed("<b>OK</b> | =OK() | @可以 | #可以"),
}


@pytest.mark.parametrize("text", [pytest.param(text, id=why) for why, texts in UNCLEAR.items() for text in texts])
def test_what_is_not_clear_is_no_answer(text: str) -> None:
    assert parse_answer(text) is None


def test_a_yes_in_a_long_text_is_prose() -> None:
    prose = "大家好，昨天那个前大灯的事情，我跟仓库确认了一下，他们说可以，不过要等明天早上的车，到时候我再通知各位。"
    assert parse_answer(prose) is parse_answer(prose * 250) is None
    assert parse_answer("可以" * 40) == Answer("accept")
    assert parse_answer("可以" * 41) is None


def test_a_long_reason_is_cut_and_not_lost() -> None:
    answer = parse_answer("不行，" + "客户已预约" * 2000)
    assert answer is not None
    assert answer.kind == "refuse"
    assert answer.reason.startswith("客户已预约客户已预约")
    assert len(answer.reason) <= LONGEST_ANSWER


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("已收到", Answer("seen")), ("收到", Answer("seen")), ("已收到，我看看", Answer("seen", rest="我看看")),
        ("已收到，可以", Answer("accept")), ("Received, OK", Answer("accept")), ("Recibido, vale", Answer("accept")),
        ("可以 2个", Answer("accept", 2)), ("已收到，不行，没货", Answer("refuse", reason="没货")),
        ("无法交付，没货", Answer("refuse", reason="没货")),
        ("已收到3个", None), ("已发出", None), ("撤回", None), ("已收到，撤回", None),
    ],
)  # fmt: skip
def test_from_the_asked_store_received_means_read(text: str, expected: Answer | None) -> None:
    answer = parse_answer(text)
    assert answer is not None
    assert as_asked(answer) == expected


REASONS = {
    "no_stock": listed("""
    没货 | 没货了 | 没有货 | 缺货 | 库存不足 | 无库存 | 卖完了 | 没有 | no stock | Out of stock! | ＮＯ ＳＴＯＣＫ
    we don't have it | sold out | sin stock | No hay existencias | agotado | no tenemos | no hay
"""),
    "reserved": listed("""
    客户已预约 | 已预订 | 已预定 | 被订走了 | 订出去了 | 没货，都预订了 | 留给老客户 | reserved | It's booked
    reservado | está RESERVADA
"""),
    "no_hands": listed("""
    人手不足 | 人手不够 | 没人 | 忙不过来 | no hands | short-staffed | short staffed | Understaffed | sin personal
    falta de personal | no hay personal | 有货，但人手不足
"""),
    "other": listed("""
    太远了 | 审计中 | 不缺货，但系统在盘点 | not out of stock, but the audit runs | preserved | 还没有预订 | llueve
    。
"""),
}


@pytest.mark.parametrize("reason", REASONS)
def test_reasons_are_sorted(reason: str) -> None:
    assert classify_reason("") == classify_reason("x" * 10_000) == "other"
    assert {text: classify_reason(text) for text in REASONS[reason]} == dict.fromkeys(REASONS[reason], reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ＡＢｃ１２３", "ABc123", id="full-width letters and digits"),
        pytest.param("前大灯，左（新）：好！？", "前大灯，左（新）：好！？", id="Chinese punctuation stays"),
        pytest.param("a\u3000b\u00a0c\td\r\ne", "a b c d e", id="white space of every kind"),
        pytest.param("  a  ", "a", id="white space around"),
        pytest.param("a\u200bb\u200dc\ufeffd\u2060e", "abcde", id="zero width"),
        pytest.param("\u202eabc\u202c\u200f\u061c", "abc", id="direction marks"),
        pytest.param("a\x00b\x07c\x1bd\x7f", "abcd", id="control characters"),
        pytest.param("a\ud800b", "ab", id="half a surrogate pair"),
        pytest.param("a\uffffb\ufdd0c", "abc", id="what is no character"),
        pytest.param("\u3164a\u2800", "a", id="letters that show nothing"),
        pytest.param("e\u0301", "é", id="accents are composed"),
        pytest.param("①㎞½", "①㎞½", id="compatibility signs stay"), pytest.param("🔧❤\ufe0f", "🔧❤", id="emoji stay"),
        pytest.param("=cmd() <b>", "=cmd() <b>", id="harmless as text"), pytest.param("", "", id="nothing"),
    ],
)  # fmt: skip
def test_text_is_cleaned(text: str, expected: str) -> None:
    assert clean(text, 100) == expected


def test_cleaned_text_is_cut_without_a_space_at_the_end() -> None:
    assert clean("abc def", 3) == "abc"
    assert clean("abc def", 4) == "abc"
    assert clean("abc def", 5) == "abc d"
    assert len(clean("长" * 10_000, 200)) == 200


@pytest.mark.parametrize(
    ("digits", "number"),
    counted("""
    0 → 0 | 007 → 7 | 12 → 12 | 一 → 1 | 两 → 2 | 十 → 10 | 十二 → 12 | 二十 → 20 | 九十九 → 99 | 一百零五 → 105
    三千二百 → 3200 | 一万 → 10000 | 十万 → 100000 | 一二 → 12 | 一亿 → 100000000 | → - | x → - | 半 → - | 负一 → -
    ² → - | -1 → -
"""),
)
def test_numbers_are_read_in_both_scripts(digits: str, number: int | None) -> None:
    assert parse_count(digits) == number


# --- properties ---------------------------------------------------------------------------------------------

KINDS = {"seen", "accept", "refuse", "shipped", "received", "cannot", "withdraw"}
WORDS = listed("""
    收到 | 可以 | 不行 | ， | , | 吗 | ？ | ! | 好的 | OK | No | because | 原因是 | 已发出 | 已收到 | 3个 | x2 | 没货
    Sí | porque | 撤回 | cannot deliver | 30分钟 | 👍 | 的话 | 没 | 抱歉 | \u200f
""")
PIECES = st.lists(st.sampled_from([*WORDS, " "]), max_size=12).map("".join)


@given(st.text(max_size=60) | PIECES)
@example("收到不行" * 200)
@example("收到" * 500)
@example("no, " * 300)
@example("嗯" * 1000)
@example("不行，因为" * 200)
def test_any_text_is_an_answer_or_none_and_its_words_are_clean(text: str) -> None:
    answer = parse_answer(text)
    if answer is None:
        return
    assert answer.kind in KINDS
    assert answer.quantity is None or 1 <= answer.quantity <= MOST_PIECES
    for words in (answer.reason, answer.rest):
        assert words == clean(words, LONGEST_ANSWER)


FRAMES = [" {} ", "{}。", "\u200f{}", "{}\u202c", "👍 {}", "\n{}\n", "“{}", "{}!!"]


@given(PIECES, st.sampled_from(FRAMES))
def test_what_stands_around_an_answer_does_not_change_its_kind(text: str, frame: str) -> None:
    bare, framed = parse_answer(text), parse_answer(frame.format(text))
    if bare and bare.kind in ("accept", "withdraw"):
        assert framed is not None
        assert framed.kind == bare.kind
        assert framed.quantity == bare.quantity


LATIN = listed("OK | Yes | Sí | Vale | No | Seen | Shipped | Recibido | Withdraw | Cannot deliver")


@given(st.sampled_from(LATIN), st.data())
def test_case_width_and_accents_do_not_matter(word: str, data: st.DataObject) -> None:
    plain = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in plain)
    variant = data.draw(st.sampled_from([word.upper(), word.lower(), plain, wide, unicodedata.normalize("NFD", word)]))
    assert parse_answer(variant) == parse_answer(word) is not None


@given(st.text(), st.integers(1, 50))
def test_cleaning_twice_is_cleaning_once_and_folding_keeps_every_position(text: str, limit: int) -> None:
    once = clean(text, limit)
    assert clean(once, limit) == once
    assert len(fold(once)) == len(once) <= limit
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in once)


ODD = listed("收到 | 不行 | 可以 | a | 嗯 | 已发出 | 收到不行 | ， | 3个 | 原因 | 👍 | 的")


@pytest.mark.parametrize("unit", [*ODD, " ", "no ", "no hay "])
def test_no_text_however_odd_takes_long(unit: str) -> None:
    started = time.process_time()
    parse_answer(unit * (10_000 // len(unit)))
    classify_reason(unit * (10_000 // len(unit)))
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("written", "score"),
    counted("""
    9 → 9 | 9分 → 9 | ９分 → 9 | 十分 → 10 | 八 → 8 | 9/10 → 9 | 10.0 → 10 | 9 points → 9 | 7 puntos → 7
    0 → - | 11 → - | 一千二 → - | 9.5 → - | 很好 → - | 9/5 → -
"""),
)
def test_a_score_is_read_as_people_give_it(written: str, score: int | None) -> None:
    assert parse_score(written) == score
