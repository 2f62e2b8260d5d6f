"""The room that connects: Telegram, Slack, the terminal, HTTP, argv, signals and the clock."""
