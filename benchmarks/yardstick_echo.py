"""A Telegram bot that says what it hears, as the library's own examples write it: python -m … TOKEN BASE_URL."""

import logging
import sys

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say it back."""
    await update.message.reply_text(update.message.text)


def main() -> None:
    """Poll until ended."""
    logging.basicConfig(level=logging.WARNING)
    token, base_url = sys.argv[1:]
    application = ApplicationBuilder().token(token).base_url(f"{base_url}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main()
