"""Update → Inbound: what Telegram hands over, in the words of `handlers/chat.py`."""

from __future__ import annotations

import re

from telegram import CallbackQuery, ChatMember, ChatMemberRestricted, ChatMemberUpdated, Message, Update, User

from handlers import chat
from handlers.chat import Address, Inbound, InboundKind

NAME = "telegram"
LONGEST_QUOTE = 500  # more of somebody else's message than a request is made of is not kept

# Of edited messages only a live location is read, which goes on by edits: what was said has been answered.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

# Chinese names of commands are no commands to Telegram, but people type them; their keyboards have ／ and ，.
_COMMAND = re.compile(r"[/／](?P<name>[^\s@/／]+)(?:@(?P<bot>\w+))?(?=\s|$)")
_MENTION = re.compile(r"@(?P<bot>[A-Za-z0-9_]+)[\s,，:：]*")


def read_update(update: Update, me: User) -> Inbound | None:
    """Return what an update says to the bot `me`, None where it says nothing to it."""
    key = f"{NAME}:{me.id}:{update.update_id}"
    if update.callback_query is not None:
        return _pressed(key, update.callback_query)
    if update.my_chat_member is not None:
        return _membership(key, update.my_chat_member)
    if update.edited_message is not None:
        return _located(key, update.edited_message, again=True)
    if update.message is not None and update.message.location is not None:
        return _located(key, update.message, again=False)
    if update.message is not None:
        return _happened(key, update.message, me) or _written(key, update.message, me)
    return None


def own_words(text: str, username: str, *, private: bool) -> tuple[str, bool] | None:
    """Take the bot's mention and the slash off a text and say whether one stood there.

    Returns None for a command meant for another bot.
    """
    addressed = private
    mention = _MENTION.match(text)
    if mention and mention["bot"].lower() == username.lower():
        text, addressed = text[mention.end() :], True
    command = _COMMAND.match(text)
    if command:
        if command["bot"] and command["bot"].lower() != username.lower():
            return None
        text, addressed = f"{command['name']}{text[command.end() :]}", True
    return text.strip(), addressed


def _pressed(key: str, query: CallbackQuery) -> Inbound | None:
    if query.message is None or query.data is None:
        return None  # of a message sent through inline mode, or of a game: neither is ours
    return Inbound(
        key,
        InboundKind.BUTTON,
        # A message too old for Telegram to show comes without its topic.
        _origin(query.message) if isinstance(query.message, Message) else _chat(query.message.chat.id),
        user=str(query.from_user.id),
        user_name=query.from_user.full_name,
        addressed=True,
        private=query.message.chat.type == "private",
        message=str(query.message.message_id),
        token=query.data,
        handle=query.id,
    )


def _membership(key: str, change: ChatMemberUpdated) -> Inbound | None:
    before, after = _is_member(change.old_chat_member), _is_member(change.new_chat_member)
    if before == after:
        return None  # promoted, restricted, renamed
    private = change.chat.type == "private"
    if private:
        event = chat.USER_UNBLOCKED if after else chat.USER_BLOCKED
    else:
        event = chat.BOT_ADDED if after else chat.BOT_REMOVED
    return Inbound(
        key,
        InboundKind.EVENT,
        _chat(change.chat.id),
        user=str(change.from_user.id),
        user_name=change.from_user.full_name,
        text=event,
        private=private,
    )


def _is_member(member: ChatMember) -> bool:
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return member.status not in (ChatMember.LEFT, ChatMember.BANNED)


def _happened(key: str, message: Message, me: User) -> Inbound | None:
    """Return the event a service message tells of."""
    user, values, event = message.from_user, {}, ""
    if message.migrate_to_chat_id is not None:
        # Its twin, migrate_from_chat_id in the new chat, says the same and is passed over.
        event, values = chat.CHAT_MOVED, {"to": str(message.migrate_to_chat_id)}
    elif message.forum_topic_closed is not None:
        event = chat.CHAT_CLOSED
    elif message.forum_topic_reopened is not None:
        event = chat.CHAT_REOPENED
    elif message.left_chat_member is not None and message.left_chat_member.id != me.id:
        event, user = chat.MEMBER_LEFT, message.left_chat_member
    if not event:
        return None
    return Inbound(
        key,
        InboundKind.EVENT,
        _origin(message),
        user=str(user.id) if user and not message.sender_chat else "",
        user_name=user.full_name if user else "",
        text=event,
        message=str(message.message_id),
        values=values,
    )


def _located(key: str, message: Message, *, again: bool) -> Inbound | None:
    """Return where somebody says to be; a live location says so `again` and again."""
    location, user = message.location, message.from_user
    if location is None or user is None or user.is_bot or message.sender_chat is not None:
        return None
    values = {"latitude": str(location.latitude), "longitude": str(location.longitude)}
    if again:
        values["again"] = "1"
    return Inbound(
        key,
        InboundKind.EVENT,
        _origin(message),
        user=str(user.id),
        user_name=user.full_name,
        text=chat.WHEREABOUTS,
        private=message.chat.type == "private",
        message=str(message.message_id),
        reply_to=_answered(message),
        values=values,
    )


def _written(key: str, message: Message, me: User) -> Inbound | None:
    values = _attachment(message)
    words = message.text or message.caption or ""
    sender = message.from_user
    anonymous = message.sender_chat is not None or sender is None
    if not (words or values) or (sender and sender.is_bot and not anonymous):
        return None  # a sticker, a service message, another bot: answering bots would never end
    private = message.chat.type == "private"
    own = own_words(words, me.username or "", private=private)
    if own is None:
        return None
    name = message.sender_chat.effective_name if message.sender_chat else sender and sender.full_name
    if own[1]:  # what people say to each other is not kept
        values |= _quoted(message)
    return Inbound(
        key,
        InboundKind.TEXT,
        _origin(message),
        user="" if anonymous or sender is None else str(sender.id),
        user_name=name or "",
        text=own[0],
        addressed=own[1],
        private=private,
        message=str(message.message_id),
        reply_to=_answered(message),
        values=values,
    )


def _answered(message: Message) -> str:
    if message.reply_to_message is None:
        return ""
    replied = message.reply_to_message.message_id
    # Whatever is written in a topic "answers" the message that opened it.
    opening = message.is_topic_message and replied == message.message_thread_id
    return "" if opening else str(replied)


def _quoted(message: Message) -> dict[str, str]:
    """Return whose message this one answers: its words, who wrote them, and a link where Telegram has one.

    What a bot said is answered, not quoted; a forwarded message is its first author's.
    """
    replied = message.reply_to_message
    if replied is None or not _answered(message) or (replied.from_user and replied.from_user.is_bot):
        return {}
    words = (message.quote.text if message.quote else "") or replied.text or replied.caption or ""
    if not words.strip():
        return {}
    origin, author = replied.forward_origin, replied.from_user
    if origin is not None:
        author = getattr(origin, "sender_user", None)
    name = author.full_name if author else getattr(origin, "sender_user_name", None)
    if origin is None and replied.sender_chat is not None:  # a channel, or an administrator who stays unnamed
        author, name = None, replied.sender_chat.effective_name
    return {
        "quoted": words.strip()[:LONGEST_QUOTE],
        "author": str(author.id) if author else "",
        "author_name": name or "",
        "link": replied.link or "",
    }


def _attachment(message: Message) -> dict[str, str]:
    """Return the facts of a file: id (for `getFile`), kind, and, where known, name and size in bytes."""
    for kind in ("document", "voice", "audio", "video"):
        file = getattr(message, kind)
        if file is not None:
            name, size = getattr(file, "file_name", None), file.file_size
            break
    else:
        if not message.photo:
            return {}
        kind, file, name, size = "photo", message.photo[-1], None, message.photo[-1].file_size
    values = {"file": file.file_id, "file_kind": kind}
    if name:
        values["file_name"] = name
    if size is not None:
        values["file_size"] = str(size)
    return values


def _chat(number: int) -> Address:
    return Address(NAME, str(number))


def _origin(message: Message) -> Address:
    # A plain group's replies carry a message_thread_id as well, which is no topic.
    topic = message.message_thread_id if message.is_topic_message else None
    return Address(NAME, str(message.chat.id), str(topic) if topic else "")
