"""What a reply on Telegram brings of the message it answers: words, author, link; only where the bot is meant."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Update, User

from bot.telegram_updates import LONGEST_QUOTE, read_update

ME = User(1, "bot", is_bot=True, username="xietong_bot")
GROUP = {"id": -1001234567890, "type": "supergroup", "title": "深圳店长群"}
WANG = {"id": 55, "is_bot": False, "first_name": "王", "last_name": "师傅"}
ZHANG = {"id": 77, "is_bot": False, "first_name": "张伟"}
BOT = {"id": 1, "is_bot": True, "first_name": "bot", "username": "xietong_bot"}


def said(text: str, replied: dict[str, Any], *, chat: dict[str, Any] = GROUP, **more: Any) -> dict[str, str]:
    """Return the values of the inbound that a reply becomes."""
    answered = {"message_id": 41, "date": 1, "chat": chat, "from": WANG, **replied}
    message = {
        "message_id": 42,
        "date": 2,
        "chat": chat,
        "from": ZHANG,
        "text": text,
        "reply_to_message": answered,
        **more,
    }
    inbound = read_update(Update.de_json({"update_id": 1, "message": message}, None), ME)
    assert inbound is not None
    return inbound.values


def test_a_command_in_reply_brings_words_author_and_link() -> None:
    assert said("/transfer", {"text": "谁有前大灯-左"}) == {
        "quoted": "谁有前大灯-左",
        "author": "55",
        "author_name": "王 师傅",
        "link": "https://t.me/c/1234567890/41",
    }


def test_a_plain_group_has_no_link_and_a_caption_is_words_as_well() -> None:
    plain = {"id": -55, "type": "group", "title": "群"}
    values = said("/support@xietong_bot", {"caption": "高压互锁报警", "photo": []}, chat=plain)
    assert (values["quoted"], values["link"]) == ("高压互锁报警", "")


def test_the_part_that_was_quoted_is_what_is_meant() -> None:
    quote = {"text": "前大灯-左 x1", "position": 3}
    assert said("/transfer", {"text": "大家好 前大灯-左 x1 谢谢"}, quote=quote)["quoted"] == "前大灯-左 x1"


@pytest.mark.parametrize(
    ("text", "replied"),
    [
        ("收到", {"text": "谁有前大灯-左"}),  # what people say to each other
        ("/transfer", {"from": BOT, "text": "T-0001 调拨"}),  # an answer to the bot
        ("/transfer", {"sticker": None}),
    ],
)
def test_nothing_is_kept_of_what_is_not_meant_for_a_draft(text: str, replied: dict[str, Any]) -> None:
    assert "quoted" not in said(text, {name: value for name, value in replied.items() if value is not None})


def test_a_forwarded_message_is_its_first_authors() -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "李四"}
    values = said("/transfer", {"text": "前大灯-左 x1", "from": ZHANG, "forward_origin": origin})
    assert (values["author_name"], values["author"]) == ("李四", "")


def test_a_long_message_is_cut() -> None:
    assert len(said("/transfer", {"text": "长" * 2000})["quoted"]) == LONGEST_QUOTE
