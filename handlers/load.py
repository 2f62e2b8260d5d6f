"""Everything the bot can do, imported once at the start, so that the registry and the catalogue are filled."""


def load() -> None:
    """Import what declares commands, buttons, forms, timers, events and words."""
    import handlers.forms
    import handlers.ledger.commands
    import handlers.network.commands
    import handlers.people.chats
    import handlers.people.commands
    import handlers.people.events
    import handlers.people.help
    import handlers.reports.commands
    import handlers.reports.timers
    import handlers.requests.commands
    import handlers.requests.timers
    import handlers.requests.words
    import handlers.transfers.commands
    import handlers.transfers.kind  # noqa: F401
