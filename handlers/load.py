"""Everything the bot can do, imported once at the start, so that the registry and the catalogue are filled."""

from importlib import import_module

# What declares commands, buttons, forms, timers and events; their words come with them.
# The forms come first: words are offered to whoever is filling one in before they are taken for anything else.
DECLARING = (
    "handlers.forms",
    "handlers.people.commands",
    "handlers.people.chats",
    "handlers.people.events",
    "handlers.people.outages",
    "handlers.people.floods",
    "handlers.people.help",
    "handlers.network.commands",
    "handlers.ledger.commands",
    "handlers.requests.commands",
    "handlers.requests.looking",
    "handlers.requests.overseeing",
    "handlers.requests.words",
    "handlers.requests.timers",
    "handlers.requests.standing",
    "handlers.transfers.commands",
    "handlers.transfers.moving",
    "handlers.transfers.kind",
    "handlers.reports.commands",
    "handlers.reports.timers",
)


def load() -> None:
    """Import every module that declares something."""
    for module in DECLARING:
        import_module(module)
