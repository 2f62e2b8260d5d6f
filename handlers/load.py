"""Everything the bot can do, imported once at the start, so that the registry and the catalogue are filled."""

from importlib import import_module

# What declares commands, buttons, forms, timers and events; their words come with them.
# The forms come first: words are offered to whoever is filling one in before they are taken for anything else.
DECLARING = (
    "handlers.forms",
    "handlers.confirming",
    "handlers.people.commands",
    "handlers.people.chats",
    "handlers.people.events",
    "handlers.people.outages",
    "handlers.people.floods",
    "handlers.people.help",
    "handlers.network.commands",
    "handlers.network.sending",
    "handlers.boards.aliases",
    "handlers.boards.refreshing",
    "handlers.boards.reminding",
    "handlers.boards.fresh",
    "handlers.ledger.commands",
    "handlers.questions.commands",  # before the requests' words: a reply to a question is an answer to it
    "handlers.questions.timers",
    "handlers.costs.commands",  # and a receipt in reply to a card is no answer to what it asks
    "handlers.customers.book",
    "handlers.customers.cases",
    "handlers.requests.commands",
    "handlers.requests.looking",
    "handlers.requests.overseeing",
    "handlers.requests.holding",
    "handlers.requests.changing",
    "handlers.requests.drafting",
    "handlers.requests.sop",
    "handlers.requests.practice",
    "handlers.requests.words",
    "handlers.requests.timers",
    "handlers.requests.standing",
    "handlers.requests.customers",
    "handlers.requests.travelling",
    "handlers.boards.commands",
    "handlers.boards.timers",
    "handlers.goods.moving",
    "handlers.transfers.commands",
    "handlers.transfers.borrowing",
    "handlers.transfers.kind",
    "handlers.activations.commands",
    "handlers.activations.timers",
    "handlers.activations.kind",
    "handlers.support.commands",
    "handlers.support.looking",
    "handlers.support.visiting",
    "handlers.support.timers",
    "handlers.support.kind",
    "handlers.diversions.commands",
    "handlers.diversions.looking",
    "handlers.diversions.reserving",
    "handlers.diversions.paying",
    "handlers.diversions.serving",
    "handlers.diversions.complaints",
    "handlers.diversions.kind",
    "handlers.diversions.ahead",
    "handlers.diversions.alerts",
    "handlers.reports.commands",
    "handlers.reports.timers",
)


def load() -> None:
    """Import every module that declares something."""
    for module in DECLARING:
        import_module(module)
