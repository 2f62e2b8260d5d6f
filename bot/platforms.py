"""The platforms a configuration enables; each library is imported only where its platform is."""

from __future__ import annotations

from bot.clock import Clock
from bot.config import Config
from bot.platform import MenuEntry, Platform
from handlers import texts
from handlers.registry import registry


def enabled(config: Config, clock: Clock) -> list[Platform]:
    """Build the platforms that are enabled; nothing connects before `start` or `check`."""
    platforms: list[Platform] = []
    if config.telegram.enabled:
        from bot.telegram import Telegram

        telegram = config.telegram
        first = config.network.language
        platforms.append(
            Telegram(
                telegram.token.get_secret_value(),
                base_url=telegram.base_url.rstrip("/"),
                paced=telegram.paced,
                mode=telegram.mode,
                webhook_url=telegram.webhook_url,
                listen=telegram.listen,
                secret=telegram.secret.get_secret_value(),
                languages=(first, *(language for language in ("zh", "en", "es") if language != first)),
                clock=clock,
            )
        )
    if config.slack.enabled:
        from bot.slack import Slack

        slack = config.slack
        platforms.append(
            Slack(
                bot_token=slack.bot_token.get_secret_value(),
                app_token=slack.app_token.get_secret_value(),
                signing_secret=slack.signing_secret.get_secret_value(),
                mode=slack.mode,
                base_url=slack.base_url.rstrip("/") + "/",
                listen=slack.listen,
                clock=clock,
            )
        )
    return platforms


def menu() -> list[MenuEntry]:
    """Return the commands as a platform's menu lists them."""
    return [
        MenuEntry(
            command.name,
            {str(language): words for language, words in texts.sentences(f"help.{command.name}").items()},
            command.in_groups,
            command.in_private,
        )
        for command in registry.commands.values()
        if texts.has(f"help.{command.name}")
    ]
