"""What looks like a customer's telephone, plate or name is masked, and what only looks a little like it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handlers import masking
from handlers.masking import Contact


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("13800001234", "138****1234"),
        ("+86 138 0000 1234", "138****1234"),
        ("138-0000-1234", "138****1234"),
        ("１３８００００１２３４", "138****1234"),
        ("电话13800001234找张总", "电话138****1234找张总"),
        ("0755-26789012", "075****9012"),
        ("+66 81 234 5678", "+66****5678"),
        ("+34612345678", "+34****5678"),
        ("tel: 612 345 678", "tel: 61****678"),
        ("粤B12312", "粤B·***12"),
        ("粤B·12312", "粤B·***12"),
        ("粤bd12312", "粤B·***12"),
        ("matrícula 1234 BCD", "matrícula 1·***CD"),
        ("客户 张先生 13800001234 粤B12312", "客户 张** 138****1234 粤B·***12"),
        ("客户张伟,13800001234", "客户张**,138****1234"),
        ("车主李女士在店", "车主李**在店"),
        ("customer Mr Smith waiting", "customer M** waiting"),
        # Without the word for a customer: a title, or a name right beside a number.
        ("奥迪A4 张先生 13800001234", "奥迪A4 张** 138****1234"),
        ("请找李女士", "请找李**"),
        ("客户在等 张三,13800001234", "客户在等 张**,138****1234"),
        ("Mrs. Jones waits", "M** waits"),
        ("BMW X3, John Smith +66 81 234 5678", "BMW X3, J** +66****5678"),
        ("Sra. Pérez espera", "S** espera"),
        ("aceite, Ana López tel: 612 345 678", "aceite, A** tel: 61****678"),
        # What is said of a customer is no name.
        ("高压互锁报警,客户车在店 13800001234", "高压互锁报警,客户车在店 138****1234"),
        ("客户在店 13800001234", "客户在店 138****1234"),
        ("高压报警 13800001234", "高压报警 138****1234"),
        ("BMW X3 +66 81 234 5678", "BMW X3 +66****5678"),
    ],
)
def test_a_contact_is_masked(written: str, masked: str) -> None:
    assert masking.mask(written) == masked


@pytest.mark.parametrize(
    "written",
    [
        "前大灯-左 x1 urgent 客户在等",
        "请王师傅来看看",
        "王强 T3 三电故障",
        "客户等待150分钟",
        "客户已预约",
        "8K0 941 003",
        "SF13800001234",
        "HL-1001-L",
        "新B8K0941",
        "T-0001",
        "2026-03-02T02:15:00+00:00",
        "10:00-12:00",
        "11月27日 9:00-12:00",
        "205/55 R16",
        "¥640,000",
        "-1001234567890",
    ],
)
def test_what_is_no_contact_stays_as_it_is(written: str) -> None:
    assert masking.heard(written) == (written, Contact())


def test_what_was_masked_can_be_taken_out_of_a_matter() -> None:
    masked, contact = masking.heard("客户在等,客户 张先生 13800001234 粤B12312")
    assert contact == Contact("张先生", "13800001234", "粤B12312")
    assert masking.stripped(masked) == "客户在等"
    assert masking.stripped("前大灯 x1") == "前大灯 x1"


@pytest.mark.parametrize(
    ("written", "contact"),
    [
        ("张先生 13800001234 粤B12345", Contact("张先生", "13800001234", "粤B12345")),
        ("粤B·12345,李娜", Contact("李娜", "", "粤B12345")),
        ("John Smith +66 81 234 5678", Contact("John Smith", "+66812345678", "")),
        ("Ana López 612345678", Contact("Ana López", "612345678", "")),
        ("客户:王五", Contact("王五", "", "")),
        ("", Contact()),
    ],
)
def test_the_words_about_a_customer_are_read_in_any_order(written: str, contact: Contact) -> None:
    assert masking.parse_contact(written) == contact


@given(some.text(alphabet="0123456789 -+.()粤B张客户先生姓名电话AZaz*·,", max_size=60))
def test_masking_twice_is_masking_once_and_no_mobile_number_survives(written: str) -> None:
    once = masking.mask(written)
    assert masking.mask(once) == once
    masking.stripped(once)
    masking.parse_contact(written)
