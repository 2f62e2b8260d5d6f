"""What the bot does, in words free of any platform: it never sends and never asks what time it is."""
