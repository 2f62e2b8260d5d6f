"""The boards that are posted: nudges and digest of the evening, Monday's scoreboard; and everybody's own figures."""


def load() -> None:
    """Import what declares something, so that the registry and the catalogue know it."""
    from handlers.reports import commands, timers  # noqa: F401
