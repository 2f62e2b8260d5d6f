"""The bot in a hurry: `python -m tests.hasty run …` instead of `python -m bot run …`.

It audits itself every second, takes for overdue and for dead in seconds what the bot does in minutes, and waits only
seconds for a reply of Telegram's that never comes, so that a test need not wait so long.
"""

from __future__ import annotations

from datetime import timedelta

from bot import auditor, scheduler, telegram_http, telegram_intake
from bot.cli import main
from handlers import auditing

if __name__ == "__main__":
    scheduler.EVERY = timedelta(seconds=1)
    auditing.OVERDUE = timedelta(seconds=2)
    auditor.ALIVE = timedelta(seconds=6)
    telegram_http.READ = 4.0
    telegram_intake.POLL = 1
    main()
