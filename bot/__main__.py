"""`python -m bot` is `xietong`."""

from bot.cli import main

if __name__ == "__main__":
    main()
