"""Points and money: what was earned and paid, and why."""


def load() -> None:
    """Import what declares something, so that the registry and the catalogue know it."""
    from handlers.ledger import commands  # noqa: F401
