"""How fast the bot is, each figure beside a yardstick of the same run: see benchmarks/README.md."""
