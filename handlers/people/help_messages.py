"""The words of `/help`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers import texts
from handlers.chat import Line, Message, bold, code, line, message
from handlers.people import messages
from handlers.registry import Command
from storage.tables.people import Role

# In this order; a feature that is not named here stands with what is everybody's own.
GROUPS = (
    "transfers",
    "support",
    "diversions",
    "questions",
    "requests",
    "boards",
    "ledger",
    "reports",
    "network",
    "people",
)
# These stand with others of their matter.
_STANDS_WITH = {"activations": "transfers", "goods": "ledger", "costs": "ledger"}

texts.add(
    "people",
    {
        "group_transfers": ("调拨", "Transfers", "Traspasos"),
        "group_support": ("技师支援", "Technicians' support", "Apoyo de técnicos"),
        "group_diversions": ("客户分流", "Customers' diversions", "Desvíos de clientes"),
        "group_questions": ("请教与案例", "Questions and cases", "Consultas y casos"),
        "group_requests": ("求助", "Requests", "Peticiones"),
        "group_boards": ("库存与看板", "Stock and boards", "Existencias y tableros"),
        "group_ledger": ("积分与费用", "Points and costs", "Puntos y costes"),
        "group_reports": ("报表", "Reports", "Informes"),
        "group_network": ("网络名册", "The network's workbook", "El libro de la red"),
        "group_people": ("账号与群", "Accounts and chats", "Cuentas y chats"),
        "help_more": (
            "用法:/help 加命令名,例如 /help {name}",
            "How one works: /help and its name, for example /help {name}",
            "Cómo funciona uno: /help y su nombre, por ejemplo /help {name}",
        ),
        "help_slack": (
            "在 Slack 里前面加 /xietong,例如 /xietong help",
            "On Slack put /xietong before it, for example /xietong help",
            "En Slack escribe antes /xietong, por ejemplo /xietong help",
        ),
        "help_link": (
            "绑定账号后可以用更多命令。",
            "Once this account is linked you can do more.",
            "Con la cuenta vinculada podrás hacer más.",
        ),
        "help_private": (
            "私聊我还可以用更多命令。",
            "In private there are more.",
            "En privado hay más.",
        ),
        "help_unknown": (
            "没有「{name}」这个命令。试试:{near}",
            'There is no command "{name}". Try: {near}',
            "No existe la orden «{name}». Prueba: {near}",
        ),
        "help_example": ("例如:{example}", "For example: {example}", "Por ejemplo: {example}"),
        "help_aliases": ("也可以说:{words}", "Also: {words}", "También: {words}"),
        "help_in_groups": ("只能在群里用。", "In groups only.", "Solo en grupos."),
        "help_in_private": ("只能私聊用。", "In private only.", "Solo en privado."),
        "help_roles": ("谁能用:{roles}", "Who may: {roles}", "Quién puede: {roles}"),
    },
)

# `/cancel` belongs to the forms, which are no feature; its help stands with that of `/help`.
texts.add(
    "help",
    {
        "help": ("我能做什么", "What I can do", "Qué puedo hacer"),
        "cancel": ("不填了,取消正在填的表", "Stop filling in a form", "Dejar de rellenar un formulario"),
    },
)
texts.add(
    "example",
    {
        "help": ("/help away", "/help away", "/help away"),
        "cancel": ("/cancel", "/cancel", "/cancel"),
    },
)


def group_of(command: Command) -> str:
    """Return the group a command stands in: its feature, or the one it stands with."""
    feature = command.run.__module__.split(".")[1]
    feature = _STANDS_WITH.get(feature, feature)
    return feature if feature in GROUPS else GROUPS[-1]


def overview(
    language: str, groups: Mapping[str, Sequence[Command]], *, examples: bool, known: bool, more: bool
) -> Message:
    """List commands by group, each with what it does and, where there is room, an example."""
    rows: list[Line] = []
    for group, commands in groups.items():
        rows.append(line(bold(texts.say(language, f"people.group_{group}"))))
        for command in commands:
            does = f"/{command.name} · {texts.say(language, f'help.{command.name}')}"
            example = texts.say(language, f"example.{command.name}")
            shows = examples and example != f"/{command.name}"
            rows.append(line(f"{does} · ", code(example)) if shows else line(does))
    first = next(command.name for commands in groups.values() for command in commands if command.name != "help")
    rows.append(line(texts.say(language, "people.help_more", name=first)))
    rows.append(line(texts.say(language, "people.help_slack")))
    if not known:
        rows.append(line(texts.say(language, "people.help_link")))
    elif more:
        rows.append(line(texts.say(language, "people.help_private")))
    return Message(tuple(rows))


def details(language: str, command: Command) -> Message:
    """Say how one command works, and who may use it where."""
    rows: list[Line] = [
        line(bold(f"/{command.name}"), " · ", texts.say(language, f"help.{command.name}")),
        texts.say_line(language, "people.help_example", example=code(texts.say(language, f"example.{command.name}"))),
    ]
    if command.aliases:
        words = " ".join(f"/{word}" for word in command.aliases)
        rows.append(line(texts.say(language, "people.help_aliases", words=words)))
    if not command.in_private:
        rows.append(line(texts.say(language, "people.help_in_groups")))
    if not command.in_groups:
        rows.append(line(texts.say(language, "people.help_in_private")))
    if command.roles is not None and command.roles != frozenset(Role):
        names = [messages.role(language, role) for role in Role if role in command.roles]
        rows.append(line(texts.say(language, "people.help_roles", roles=", ".join(names))))
    return message(*rows)
