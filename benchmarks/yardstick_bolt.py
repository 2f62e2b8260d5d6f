"""A Slack app that answers one command, as Bolt's own examples write it: python -m … SIGNING_SECRET BASE_URL PORT."""

import logging
import sys

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


def main() -> None:
    """Serve until ended."""
    logging.basicConfig(level=logging.WARNING)
    secret, base_url, port = sys.argv[1:]
    app = AsyncApp(signing_secret=secret, client=AsyncWebClient(token="xoxb-bench", base_url=base_url))

    @app.command("/xietong")
    async def answer(ack, say, command):
        await ack()
        await say(f"you said {command['text']}")

    app.start(port=int(port))


if __name__ == "__main__":
    main()
