"""A transfer in one line of words: fields in any order, the part, the matter, and what is wrong with them."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.transfers.words import LONGEST_MATTER, LONGEST_PART, TransferWords, parse_transfer


def words(part: str = "", quantity: int | None = None, urgency: Any = None, **more: Any) -> TransferWords:
    return TransferWords(
        part=part,
        quantity=quantity,
        urgency=urgency,
        waiting=more.get("waiting"),
        matter=more.get("matter", ""),
        problems=more.get("problems", ()),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("前大灯-左 x1 urgent 客户在等", words("前大灯-左", 1, "urgent", waiting=True)),
        ("urgent 2个 刹车片 客户在等", words("刹车片", 2, "urgent", waiting=True)),
        ("brake pad x 2 today", words("brake pad", 2, "today")),
        ("火花塞*4 普通 补库存", words("火花塞", 4, "normal", matter="补库存")),
        ("刹车片2个急", words("刹车片", 2, "urgent")),
        ("急需刹车片2个", words("刹车片", 2, "urgent")),
        ("需要2个刹车片", words("刹车片", 2)),
        ("2 pcs of brake pad", words("brake pad", 2)),
        ("紧急！前大灯-左 x1", words("前大灯-左", 1, "urgent")),
        ("前大灯-左，x1，急，客户在等", words("前大灯-左", 1, "urgent", waiting=True)),
        ("前大灯-左 x1\n急\n客户在等", words("前大灯-左", 1, "urgent", waiting=True)),
        ("前大灯-左 x1 no customer waiting, not urgent", words("前大灯-左", 1, "normal", waiting=False)),
        (
            "3 uds pastillas de freno, urgente, cliente esperando",
            words("pastillas de freno", 3, "urgent", waiting=True),
        ),
        ("necesito pastillas de freno x2 hoy", words("pastillas de freno", 2, "today")),
        (
            "配件：前大灯-左 数量：2 紧急程度：急 原因：补库存",
            words("前大灯-左", 2, "urgent", matter="补库存"),
        ),
        ("🔥急🔥 前大灯-左 ×１", words("前大灯-左", 1, "urgent")),
        ("\u202e前大灯-左\u200f x1", words("前大灯-左", 1)),
        ("ＢＲＡＫＥ ｐａｄ Ｘ２", words("BRAKE pad", 2)),
        ("x1 urgent", words("", 1, "urgent")),
        ("前大灯-左", words("前大灯-左")),
        ("", words()),
        ("，。！", words()),
    ],
)
def test_a_request_is_read_in_any_order(text: str, expected: TransferWords) -> None:
    assert parse_transfer(text) == expected


@pytest.mark.parametrize(
    ("said", "quantity"),
    [
        ("x1", 1), ("X1", 1), ("×1", 1), ("x 2", 2), ("*1", 1), ("* 2", 2), ("＊２", 2), ("1个", 1), ("2只", 2),
        ("3件", 3), ("4 条", 4), ("一个", 1), ("两个", 2), ("十二个", 12), ("一百个", 100), ("qty 3", 3),
        ("QTY: 3", 3), ("数量3", 3), ("数量：3", 3), ("cantidad 3", 3), ("3 pcs", 3), ("3pcs.", 3),
        ("1 piece", 1), ("3 uds", 3), ("3 unidades", 3), ("1 pieza", 1), ("2套", 2), ("2x", 2), ("x9999", 9999),
        ("1,000个", 1000), ("x01", 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["刹车片 {}", "{} 刹车片", "刹车片 {} 急"])
def test_quantities_are_known_by_their_shape(frame: str, said: str, quantity: int) -> None:
    found = parse_transfer(frame.format(said))
    assert (found.part, found.quantity, found.problems) == ("刹车片", quantity, ())


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("刹车片2个", "刹车片"),
        ("刹车片x2", "刹车片"),
        ("刹车片两个", "刹车片"),
        ("2个刹车片", "刹车片"),
        ("两个刹车片", "刹车片"),
        ("2x brake pad", "brake pad"),
        ("2 x brake pad", "brake pad"),
        ("2x 941 003", "941 003"),
        ("2个支架", "支架"),
        ("x2 支架", "支架"),
        ("x2 套装", "套装"),
        ("x2 把手", "把手"),
        ("x2 片簧", "片簧"),
        ("轮胎 205 x 2", "轮胎 205"),
    ],
)
def test_a_quantity_may_touch_the_part_and_leaves_it_whole(text: str, part: str) -> None:
    assert parse_transfer(text) == words(part, 2)


@pytest.mark.parametrize(
    "part",
    [
        "8K0 941 003", "06A-115-561B", "8K0941003", "A 205 820 52 61", "5W-30 机油", "轮胎 205/55R16",
        "M8x20 螺栓", "M8*20 螺栓", "H7灯泡", "1.6T 火花塞", "火花塞 4", "刹车三件套", "3片式轮毂", "第一个",
        "万向节", "千斤顶", "紧急制动模块", "普通机油", "today-fix", "BMW X1 前大灯", "宝马X3 前大灯",
        "小鹏X9 雷达", "Model X 车门", "<b>x</b> =cmd()", "ไฟหน้าซ้าย", "個", "x²", "½",
    ],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["{}", "{} x2", "x2 {}", "{} 2个 急", "急 2 pcs {}", "qty 2 {}"])
def test_a_part_made_of_digits_and_odd_words_survives(frame: str, part: str) -> None:
    found = parse_transfer(frame.format(part))
    assert found.part == part
    assert found.quantity == (2 if "2" in frame else None)
    assert found.problems == ()


@pytest.mark.parametrize(
    ("urgency", "texts"),
    [
        ("urgent", [
        "急", "紧急", "加急", "特急", "急！！", "urgent", "URGENT", "Urgent!", "asap", "urgente", "急 今天",
        "urgent today",
    ]),
        ("today", ["今天", "当天", "今日", "today", "same day", "same-day", "hoy", "Hoy mismo"]),
        ("normal", ["普通", "不急", "不着急", "一般", "normal", "not urgent", "no urgente", "sin prisa", "no rush"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["前大灯 x1 {}", "{} 前大灯 x1", "前大灯 {} x1", "前大灯 x1, {}"])
def test_urgency_is_a_word_of_its_own(frame: str, urgency: Any, texts: list[str]) -> None:
    for text in texts:
        assert parse_transfer(frame.format(text)) == words("前大灯", 1, urgency), text


@pytest.mark.parametrize(
    ("waiting", "texts"),
    [
        (True, [
        "客户在等", "客户在店", "客户在店里等", "客户等着", "等着", "顾客在等", "customer waiting",
        "Customer is waiting", "the customer is in the store", "client waiting", "cliente esperando",
        "el cliente está esperando",
    ]),
        (False, [
        "客户不在", "客户不等", "客户没在等", "没有客户在等", "no customer waiting", "customer not waiting",
        "sin cliente esperando", "el cliente no espera",
    ]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["前大灯 x1 {}", "{} x1 前大灯", "前大灯 x1，{}"])
def test_whether_a_customer_waits_is_understood(frame: str, waiting: bool, texts: list[str]) -> None:
    for text in texts:
        assert parse_transfer(frame.format(text)) == words("前大灯", 1, waiting=waiting), text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("前大灯 x1, 客户今天要提车", words("前大灯", 1, matter="客户今天要提车")),
        ("前大灯 x1；事故车，下午要交", words("前大灯", 1, matter="事故车, 下午要交")),
        ("前大灯 x1 因为旧的裂了", words("前大灯", 1, matter="旧的裂了")),
        ("前大灯1个因为旧的裂了", words("前大灯", 1, matter="旧的裂了")),
        ("前大灯 x1 原因：旧的裂了 急", words("前大灯", 1, "urgent", matter="旧的裂了")),
        ("brake pad x2 because the old one broke, today", words("brake pad", 2, "today", matter="the old one broke")),
        ("pastilla x2 porque está rota", words("pastilla", 2, matter="está rota")),
        ("因为旧的裂了，要前大灯1个 急", words("前大灯", 1, "urgent", matter="旧的裂了")),
        ("前大灯 x1 事故车", words("前大灯", 1, matter="事故车")),
        ("客户已约 前大灯 x1", words("前大灯", 1, matter="客户已约")),
        ("brake pad x2 restock", words("brake pad", 2, matter="restock")),
        ("前大灯，下周用，x3 普通", words("前大灯", 3, "normal", matter="下周用")),
        ("前大灯 x1 因为客户在等", words("前大灯", 1, waiting=True, matter="客户在等")),
        ("前大灯 x1，客户在等，修了三天了", words("前大灯", 1, waiting=True, matter="修了三天了")),
        ("前大灯 x1 客户不在，昨天客户在等", words("前大灯", 1, waiting=False, matter="昨天客户在等")),
        ("前大灯 x1，下午来 事故车", words("前大灯", 1, matter="下午来 事故车")),
        ("8K0 941 003 pcs", words("8K0 941 003 pcs")),
        ("前大灯 x1，师傅在等配件", words("前大灯", 1, matter="师傅在等配件")),
        ("前大灯 x1，客户在问进度", words("前大灯", 1, matter="客户在问进度")),
        ("前大灯 x1，要换2个轮胎才能走", words("前大灯", 1, matter="要换2个轮胎才能走")),
        ("前大灯 x1，不是急件也可以等", words("前大灯", 1, matter="不是急件也可以等")),
    ],
)
def test_the_matter_follows_a_pause_or_a_because_or_is_a_known_phrase(text: str, expected: TransferWords) -> None:
    assert parse_transfer(text) == expected


@pytest.mark.parametrize(
    "said",
    [
        "x0", "x-1", "-3个", "0个", "x10000", "x99999", "x1e9", "1e9个", "1.5个", "x1.5", "一亿个", "半个",
        "负一个", "10,000个", "x" + "9" * 99,
    ],
)  # fmt: skip
def test_a_quantity_that_is_no_whole_number_of_pieces_is_named(said: str) -> None:
    assert parse_transfer(f"前大灯 {said} 急") == words("前大灯", None, "urgent", problems=("quantity_out_of_range",))


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param("前大灯 x2 3个", ("two_quantities",), id="two quantities"),
        pytest.param("x2 2个 前大灯", (), id="the same quantity twice"),
        pytest.param("前大灯 x2 0个", ("quantity_out_of_range",), id="one quantity is none"),
        pytest.param("前大灯 急 普通", ("two_urgencies",), id="urgent and not"),
        pytest.param("前大灯 急 紧急", (), id="urgent twice"),
        pytest.param("灯" * 80, (), id="longest part"),
        pytest.param("灯" * 81, ("too_long",), id="part too long"),
        pytest.param("灯，" + "因" * 200, (), id="longest matter"),
        pytest.param("灯，" + "因" * 201, ("too_long",), id="matter too long"),
        pytest.param("x2 3个 急 普通 " + "灯" * 500, ("two_quantities", "two_urgencies", "too_long"), id="all of them"),
    ],
)
def test_problems_are_named_in_order(text: str, problems: tuple[str, ...]) -> None:
    assert parse_transfer(text).problems == problems


@pytest.mark.parametrize(
    "unit",
    [
        "灯", "x1 ", "急", "1个", "，", "<b>", "=cmd()", "🔥", "\u202e", "客户在等 ", "因为", "9", "1,", "十",
        "x", "\n", "\x00", "e9", "qty ",
    ],
)  # fmt: skip
def test_ten_thousand_odd_characters_are_read_quickly_and_called_too_long(unit: str) -> None:
    text = unit * (10_000 // len(unit))
    started = time.process_time()
    found = parse_transfer(text)
    assert time.process_time() - started < 0.5
    assert len(found.part) <= LONGEST_PART
    assert ("too_long" in found.problems) is bool(unit.isprintable() or unit == "\n")


# --- properties ---------------------------------------------------------------------------------------------

QUANTITIES = {
    "x3": 3,
    "X3": 3,
    "×3": 3,
    "*3": 3,
    "x 3": 3,
    "3个": 3,
    "三个": 3,
    "两只": 2,
    "qty 3": 3,
    "3 pcs": 3,
    "2 uds": 2,
}
URGENCIES = {
    "急": "urgent",
    "urgent": "urgent",
    "今天": "today",
    "hoy": "today",
    "普通": "normal",
    "not urgent": "normal",
}
WAITINGS = {"客户在等": True, "customer waiting": True, "客户不在": False, "cliente esperando": True}
MATTERS = ["补库存", "客户已约", "事故车", "warranty"]
PARTS = [
    "前大灯-左",
    "8K0 941 003",
    "06A-115-561B",
    "brake pad",
    "H7 灯泡",
    "轮胎 205/55R16",
    "紧急制动模块",
    "刹车三件套",
]


@given(
    st.sampled_from(PARTS),
    st.sampled_from(sorted(QUANTITIES)),
    st.sampled_from([None, *URGENCIES]),
    st.sampled_from([None, *WAITINGS]),
    st.sampled_from([None, *MATTERS]),
    st.randoms(use_true_random=False),
)
def test_the_order_of_well_formed_words_does_not_matter(
    part: str, quantity: str, urgency: str | None, waiting: str | None, matter: str | None, random: Any
) -> None:
    tokens = [token for token in (part, quantity, urgency, waiting, matter) if token]
    random.shuffle(tokens)
    assert parse_transfer(" ".join(tokens)) == words(
        part,
        QUANTITIES[quantity],
        URGENCIES[urgency] if urgency else None,
        waiting=WAITINGS[waiting] if waiting else None,
        matter=matter or "",
    )


FRAGMENTS = st.lists(
    st.sampled_from([
        *QUANTITIES, *URGENCIES, *WAITINGS, *MATTERS, *PARTS, ",", "，", ";", "因为", "原因：", "\n", " ", "-",
        "x", "1e9", "<b>",
    ]),
    max_size=10,
).map("".join)  # fmt: skip


@given(st.text(max_size=80) | FRAGMENTS)
@example("\ud800")
@example("İ" * 100)
@example("x²")
@example("①个")
@example("٣个")
def test_no_text_whatever_raises_and_every_field_keeps_its_bounds(text: str) -> None:
    found = parse_transfer(text)
    assert len(found.part) <= LONGEST_PART
    assert len(found.matter) <= LONGEST_MATTER
    assert found.quantity is None or 1 <= found.quantity <= 9999
    assert found.urgency in (None, "urgent", "today", "normal")
    assert set(found.problems) <= {"quantity_out_of_range", "two_quantities", "two_urgencies", "too_long"}
    if "quantity_out_of_range" in found.problems or "two_quantities" in found.problems:
        assert found.quantity is None


@given(st.sampled_from(PARTS), st.integers(1, 9999))
def test_every_quantity_in_range_is_read_back(part: str, quantity: int) -> None:
    assert parse_transfer(f"{part} x{quantity}") == words(part, quantity)
