"""What Slack's refusals amount to."""

from __future__ import annotations

from slack_sdk.errors import SlackApiError

from bot.platform import DeliveryError, Gone, Refused, TryLater, Unreachable, Unsayable
from handlers.chat import BOT_REMOVED, CHAT_CLOSED, USER_BLOCKED

# Nothing is wrong with the chat: whoever runs the workspace must renew the token or the app's rights. What waits in
# the outbox is kept and tried every five minutes, and `doctor` says what to mend.
TO_MEND = frozenset(
    [
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "org_login_required",
        "ekm_access_denied",
        "access_denied",
        "accesslimited",
        "team_access_not_granted",
        "two_factor_setup_required",
        "app_access_restricted",
    ]
)
MEND_SECONDS = 300.0
# Nobody knows us any more: the token was revoked, or the app taken out.
REFUSED = frozenset(["invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"])
LIMITED = frozenset(["ratelimited", "rate_limited", "message_limit_exceeded"])
PASSING = frozenset(
    [
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "update_failed",
        "external_channel_migrating",
        "deprecated_endpoint",
        "streaming_state_conflict",
    ]
)
UNREACHABLE = {
    "channel_not_found": BOT_REMOVED,
    "not_in_channel": BOT_REMOVED,
    "team_not_found": BOT_REMOVED,
    "is_archived": CHAT_CLOSED,
    "is_inactive": CHAT_CLOSED,
    "restricted_action": CHAT_CLOSED,
    "restricted_action_read_only_channel": CHAT_CLOSED,
    "restricted_action_thread_only_channel": CHAT_CLOSED,
    "user_not_in_channel": USER_BLOCKED,
    "user_not_found": USER_BLOCKED,
    "user_not_visible": USER_BLOCKED,
    "user_disabled": USER_BLOCKED,
    "user_is_restricted": USER_BLOCKED,
    "cannot_dm_bot": USER_BLOCKED,
    "messages_tab_disabled": USER_BLOCKED,
}
GONE = frozenset(["message_not_found", "cant_update_message", "edit_window_closed"])
THREAD_GONE = frozenset(
    [
        "thread_not_found",
        "cannot_reply_to_message",
        "invalid_thread_ts",
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
    ]
)


class ThreadGone(Unsayable):
    """The thread takes no replies any more, though its channel may."""


def is_person(chat: str) -> bool:
    """Tell a direct message (its channel or the user's id) from a channel."""
    return chat[:1] in ("D", "U", "W")


def from_refusal(method: str, error: SlackApiError, chat: str = "") -> DeliveryError:
    """Return what a refused call amounts to for delivery to `chat`."""
    response = error.response
    # The SDK hands over its own response, or aiohttp's where the body was no JSON.
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    data = getattr(response, "data", None)
    data = data if isinstance(data, dict) else {}
    code = str(data.get("error", ""))
    why = " ".join([f"{method}: {code or status}", *_details(data)])
    if status == 429 or code in LIMITED:
        return TryLater(why, seconds=_retry_after(response.headers.get("Retry-After", "")), limited=True)
    if status >= 500 or code in PASSING or not code:
        return TryLater(why)
    if code in REFUSED:
        return Refused(why)
    if code in TO_MEND:
        return TryLater(why, seconds=MEND_SECONDS)
    if code in UNREACHABLE:
        lost = UNREACHABLE[code]
        return Unreachable(why, event=USER_BLOCKED if is_person(chat) and lost == BOT_REMOVED else lost)
    if code in GONE:
        return Gone(why)
    if code in THREAD_GONE:
        return ThreadGone(why)
    return Unsayable(why)


def _details(data: dict[str, object]) -> list[str]:
    metadata = data.get("response_metadata")
    found = metadata.get("messages") if isinstance(metadata, dict) else None
    return [str(item)[:200] for item in found[:3]] if isinstance(found, list) else []


def _retry_after(value: str) -> float:
    # A limit without its seconds is one a minute long: Slack counts most of them by the minute.
    return float(value) if value.isdigit() else 60.0
