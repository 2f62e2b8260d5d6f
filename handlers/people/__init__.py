"""People: their accounts, roles, languages and absences, and the chats bound for a purpose."""


def load() -> None:
    """Import what declares something, so that the registry and the catalogue know it."""
    import handlers.people.chats
    import handlers.people.commands
    import handlers.people.events
    import handlers.people.help  # noqa: F401
