"""Telegram: the Bot API through python-telegram-bot."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import Literal

from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    User,
    WebhookInfo,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.clock import Clock, WallClock
from bot.platform import (
    Answer,
    DeliveryError,
    Finding,
    Gone,
    Level,
    MenuEntry,
    Moved,
    Pace,
    Posted,
    Refused,
    Take,
    TooBig,
    TryLater,
    Unreachable,
    Unsayable,
)
from bot.telegram_http import NO_BOT_API, AiohttpRequest
from bot.telegram_intake import Intake, Raw, UpdatesBot, seconds_of
from bot.telegram_text import DESCRIPTION_LIMIT, cut, keyboard, parts, shortened
from bot.telegram_updates import ALLOWED_UPDATES, NAME
from handlers import chat as events
from handlers.chat import Address, Message

log = logging.getLogger(__name__)
# At DEBUG the library logs every call's parameters: the webhook's secret, link codes, what people say.
logging.getLogger("telegram.Bot").setLevel(logging.INFO)

PATIENCE = 3  # times a 429 between the parts of one message is waited out, rather than saying the first again
BACKLOG = 100  # updates waiting at Telegram that are worth a warning

# What the Bot API's descriptions say, in lower case; it has no codes of its own for them.
_NO_CHAT = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated", "user_is_blocked")
_CLOSED = (
    "topic_closed",
    "topic_deleted",
    "topic_id_invalid",
    "message thread not found",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
)
_NO_MESSAGE = (
    "message to edit not found",
    "message_id_invalid",
    "message can't be edited",
    "message not found",
)
# What each message of ours is.
_WORDS = {"parse_mode": ParseMode.HTML.value, "link_preview_options": {"is_disabled": True}}
_FILE_TOO_BIG = "file is too big"  # for `getFile`: over 20 MB
_UNCHANGED = "message is not modified"
_TOO_LARGE = "request entity too large"  # a 413, which the library takes for the network's fault


class Telegram:
    """The platform `telegram`: private chats, groups and forum topics of one bot.

    `languages` are those of the menu, the network's own first; `base_url` is without `/bot`. In mode
    `webhook` Telegram calls `webhook_url`, which leads to `listen`; an empty `secret` is made up for this run.
    """

    name = NAME
    pace = Pace(overall_per_second=30, chat_per_second=1, group_per_minute=20)
    has_threads = False  # topics hold many messages; a message has no thread of its own

    def __init__(
        self,
        token: str,
        *,
        base_url: str = "https://api.telegram.org",
        paced: bool = True,
        mode: Literal["polling", "webhook"] = "polling",
        webhook_url: str = "",
        listen: str = "127.0.0.1:8443",
        secret: str = "",
        languages: Sequence[str] = ("zh", "en", "es"),
        clock: Clock | None = None,
    ) -> None:
        self._http = AiohttpRequest(base_url, token)
        # No token and no address: see bot/telegram_http.py.
        self._bot = UpdatesBot("bot", "", base_file_url="file/", request=self._http, get_updates_request=self._http)
        if not paced:
            self.pace = Pace(0, 0)
        self._mode = mode
        self.asks = mode == "polling"
        self._webhook_url = webhook_url
        self._listen = listen
        self._secret = secret or secrets.token_urlsafe(32)
        self._languages = tuple(languages)
        self._clock = clock or WallClock()
        self._intake: Intake | None = None
        self._username = ""

    async def start(self, take: Take, answer: Answer) -> None:
        """Begin to take in. Raises `Refused` for the token, `OSError` when the port is taken or the webhook refused.

        Without a network it starts all the same and goes on trying.
        """
        intake = Intake(self._bot, self._clock, take, answer)
        try:
            if self._mode == "webhook":
                host, _, port = self._listen.rpartition(":")
                await intake.listen(host.strip("[]"), int(port), self._secret, self._prepare)
            else:
                await intake.poll(self._prepare)
        except InvalidToken as error:
            raise Refused(self._shown(str(error))) from error
        except TelegramError as error:
            raise ConnectionError(f"Telegram refuses the bot: {self._shown(str(error))}") from error
        self._intake = intake

    async def stop_intake(self) -> None:
        """Stop taking in and wait for what was already handed over to be answered."""
        if self._intake is not None:
            await self._intake.stop()

    async def close(self) -> None:
        """Close connections; nothing is said after this."""
        await self._http.shutdown()

    async def post(self, address: Address, message: Message, *, only_for: str = "", reply_to: str = "") -> Posted:
        """Say a message; `only_for` says it in that user's private chat, for nothing else here is private.

        A text over the limit is split; the id returned is of the last part, which has the buttons.
        """
        if only_for:
            reply_to = reply_to if only_for == address.chat else ""
            address = Address(address.platform, only_for)
        texts = parts(message)
        if not texts:
            raise Unsayable("a message without words")
        sent = await self._say(address, message, texts[0], last=len(texts) == 1, reply_to=reply_to)
        for number, text in enumerate(texts[1:], 2):
            await self._clock.sleep(1 / self.pace.chat_per_second if self.pace.chat_per_second else 0)
            sent = await self._go_on(address, message, text, last=number == len(texts))
        posted = Posted(str(sent["chat"]["id"]), str(sent["message_id"]))
        await self._pin(posted, message)
        return posted

    async def edit(self, address: Address, posted: Posted, message: Message) -> None:
        """Change a message said before; what does not fit is left out, for an edit cannot be split."""
        text, buttons = shortened(message), keyboard(message)
        if not text:
            raise Unsayable("a message without words")
        try:
            await self._bot.say(
                "editMessageText",
                {
                    **_WORDS,
                    "text": text,
                    "chat_id": _chat_id(posted.chat),
                    "message_id": int(posted.message),
                    "reply_markup": buttons if "inline_keyboard" in (buttons or ()) else None,
                },
            )
        except TelegramError as error:
            if _UNCHANGED not in str(error).lower():
                raise refusal(error, posted.chat) from error
        if message.pinned == "unpinned":
            await self._pin(posted, message)

    async def _pin(self, posted: Posted, message: Message) -> None:
        """Pin a message, or unpin it; where we have no right to it stands in its chat all the same."""
        chat, number = _chat_id(posted.chat), int(posted.message)
        try:
            if message.pinned == "pinned":
                await self._bot.pin_chat_message(chat, number, disable_notification=True)
            elif message.pinned == "unpinned":
                await self._bot.unpin_chat_message(chat, number)
        except TelegramError as error:
            log.warning("%s %s is not %s: %s", NAME, posted, message.pinned, self._shown(str(error)))

    async def publish(self, menu: Sequence[MenuEntry]) -> None:
        """Register the commands for private chats and groups, in each language. Raises a `DeliveryError`."""
        scopes = (
            (BotCommandScopeAllPrivateChats(), [entry for entry in menu if entry.in_private]),
            (BotCommandScopeAllGroupChats(), [entry for entry in menu if entry.in_groups]),
        )
        for scope, entries in scopes:
            for language in ("", *self._languages):
                try:
                    await self._bot.set_my_commands(
                        self._commands(entries, language), scope=scope, language_code=language or None
                    )
                except TelegramError as error:
                    raise refusal(error, "") from error

    async def greet(self) -> None:
        """Ask who we are. Raises a `DeliveryError`."""
        try:
            await self._identify()
        except TelegramError as error:
            raise refusal(error, "") from error

    async def fetch(self, values: Mapping[str, str], most: int) -> bytes:
        """Return a file that was sent: its place is asked for anew, for it holds an hour. Raises a `DeliveryError`."""
        try:
            path = await self._bot.file_path(values["file"])
        except TelegramError as error:
            if _FILE_TOO_BIG in str(error).lower():
                raise TooBig(str(error)) from None
            raise refusal(error, "") from error
        return await self._http.download(path, most)

    async def check(self) -> list[Finding]:
        """Look at the bot, its right to read groups, and how updates come. Never raises."""
        try:
            me = await self._identify()
            webhook = await self._bot.get_webhook_info()
        except InvalidToken as error:
            mend = (
                "ask @BotFather for the token (/mybots, API Token), set it (XIETONG_TELEGRAM__TOKEN) and start "
                "`xietong run` again; meanwhile nothing that is to be said there is lost"
            )
            return [Finding(Level.FAIL, NAME, f"refuses the token: {self._http.hide(str(error))}", mend)]
        except TelegramError as error:
            mend = "check telegram.token, telegram.base_url and the network (a proxy is taken from HTTPS_PROXY)"
            return [Finding(Level.FAIL, NAME, self._http.hide(str(error)), mend)]
        return [Finding(Level.OK, NAME, f"@{me.username}"), _privacy(me), *self._intake_findings(webhook)]

    def deep_link(self, code: str) -> str:
        """Return the link that sends `/start CODE`; "" until `start` or `check` has learned our name."""
        return f"https://t.me/{self._username}?start={code}" if self._username else ""

    def is_group(self, address: Address) -> bool:
        """Whether the group pace applies: groups, supergroups and channels have negative ids."""
        return address.chat.startswith("-")

    async def _prepare(self) -> None:
        await self._identify()
        if self._mode == "webhook":
            await self._bot.set_webhook(
                self._webhook_url, secret_token=self._secret, allowed_updates=list(ALLOWED_UPDATES)
            )
        else:
            await self._bot.delete_webhook()

    async def _identify(self) -> User:
        try:
            me = await self._bot.get_me()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise TelegramError(NO_BOT_API) from error
        self._username = me.username or ""
        return me

    async def _go_on(self, address: Address, message: Message, text: str, *, last: bool) -> Raw:
        for _ in range(PATIENCE):
            try:
                return await self._say(address, message, text, last=last)
            except TryLater as error:
                if not error.limited:
                    raise
                await self._clock.sleep(error.seconds or 1)
        return await self._say(address, message, text, last=last)

    async def _say(self, address: Address, message: Message, text: str, *, last: bool, reply_to: str = "") -> Raw:
        reply = {"message_id": int(reply_to), "allow_sending_without_reply": True} if reply_to else None
        try:
            return await self._bot.say(
                "sendMessage",
                {
                    **_WORDS,
                    "chat_id": _chat_id(address.chat),
                    "text": text,
                    "message_thread_id": int(address.thread) if address.thread else None,
                    "reply_markup": keyboard(message) if last else None,
                    "reply_parameters": reply,
                },
            )
        except TelegramError as error:
            raise refusal(error, address.chat) from error

    def _commands(self, entries: Sequence[MenuEntry], language: str) -> list[BotCommand]:
        commands = []
        for entry in entries:
            words = entry.description
            text = words.get(language) or words.get(self._languages[0]) or next(iter(words.values()), "")
            # Telegram takes no other names; people may type the Chinese ones all the same.
            plain = entry.name.isascii() and entry.name.replace("_", "a").isalnum() and entry.name.islower()
            if plain and len(entry.name) <= 32 and text.strip():
                commands.append(BotCommand(entry.name, cut(" ".join(text.split()), DESCRIPTION_LIMIT)))
        return commands[:100]  # Telegram's limit

    def _intake_findings(self, webhook: WebhookInfo) -> list[Finding]:
        subject, found = f"{NAME} {self._mode}", []
        if self._mode == "polling" and webhook.url:
            mend = "`xietong run` removes it; see that no other program uses this bot"
            found.append(Finding(Level.WARN, subject, f"a webhook is set: {self._shown(webhook.url)}", mend))
        if self._mode == "webhook" and webhook.url != self._webhook_url:
            text = f"the webhook is {self._shown(webhook.url) or 'not set'}"
            found.append(Finding(Level.WARN, subject, text, "`xietong run` sets it"))
        if self._mode == "webhook" and webhook.last_error_message:
            text = f"Telegram's last call failed: {self._shown(webhook.last_error_message)}"
            mend = "see that telegram.webhook_url leads to telegram.listen"
            found.append(Finding(Level.WARN, subject, text, mend))
        if webhook.pending_update_count > BACKLOG:
            text = f"{webhook.pending_update_count} updates wait to be taken in"
            found.append(Finding(Level.WARN, subject, text, "see that `xietong run` is running"))
        return found or [Finding(Level.OK, subject, f"{webhook.pending_update_count} updates wait")]

    def _shown(self, text: str) -> str:
        return self._http.hide(text).replace(self._secret, "<secret>")


def refusal(error: TelegramError, chat: str) -> DeliveryError:
    """Return what an error of the library means for the message that met it."""
    words = str(error).lower()
    event = events.BOT_REMOVED if chat.startswith("-") else events.USER_BLOCKED
    if isinstance(error, InvalidToken):
        return Refused(str(error))
    if isinstance(error, RetryAfter):
        return TryLater(str(error), seconds=seconds_of(error), limited=True)
    if isinstance(error, ChatMigrated):
        return Moved(str(error.new_chat_id))
    if any(sign in words for sign in _CLOSED):
        return Unreachable(str(error), event=events.CHAT_CLOSED)
    if isinstance(error, Forbidden) or any(sign in words for sign in _NO_CHAT):
        return Unreachable(str(error), event=event)
    if isinstance(error, BadRequest):
        gone = any(sign in words for sign in _NO_MESSAGE)
        return Gone(str(error)) if gone else Unsayable(str(error))
    if _TOO_LARGE in words:
        return Unsayable(str(error))
    return TryLater(str(error))


def _privacy(me: User) -> Finding:
    if me.can_read_all_group_messages:
        return Finding(Level.OK, f"{NAME} privacy", "the bot reads what is said in its groups")
    return Finding(
        Level.WARN,
        f"{NAME} privacy",
        "in groups the bot hears commands and replies to itself, and no other words",
        "@BotFather: /setprivacy, Disable, then add the bot to its groups again; or make it an administrator",
    )


def _chat_id(chat: str) -> int | str:
    return int(chat) if chat.removeprefix("-").isdigit() else chat
