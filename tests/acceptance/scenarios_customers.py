"""A customer's name, telephone and plate as the people of a small network see them, played on every platform."""

from __future__ import annotations

from storage.tables.customers import CustomerLook
from tests.acceptance.scenarios import scenario
from tests.acceptance.stage import Stage, StageClock

PHONE, MASKED = "13800001234", "138****1234"
POST = f"/transfer 前大灯-左 x1 urgent 客户在等 客户 张先生 {PHONE} 粤B12312"


def _seen(stage: Stage, who: str) -> list[str]:
    side, _ = stage.side(who)
    return [one.text for one in side.sees(stage.private(who))]


@scenario()
async def a_customer_is_masked_for_all_shown_to_who_calls_and_hidden_again(stage: Stage) -> None:
    stage.clock = StageClock()
    stage.furnishes()
    await stage.opens()
    await stage.says("张伟", POST)
    await stage.finds("陈静", "T-0001", MASKED)
    await stage.shown("managers", "T-0001", MASKED)
    await stage.presses("张伟", "查看客户", "T-0001")
    await stage.told("张伟", PHONE)
    assert not any(PHONE in text for text in _seen(stage, "陈静"))
    await stage.passes(minutes=10)
    await stage.comes(lambda: not any(f"📞 {PHONE}" in text for text in _seen(stage, "张伟")))
    await stage.says("张伟", "/forget T-0001")
    await stage.presses("张伟", "永久删除")
    await stage.shown("managers", "T-0001", "已删除")
    with stage.database.transaction(writing=False) as session:
        assert session.get_one(CustomerLook, 1).hidden_at is not None
