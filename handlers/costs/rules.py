"""How a cost is written, and who may enter and see which."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from handlers import access
from handlers.errors import BadInput, NotAllowed
from handlers.money import parse_amount
from handlers.requests.grammar import clean, fold
from handlers.settings import Costs
from storage.tables.people import Person, Role
from storage.tables.requests import Request

MOST_WORDS = 400
MOST_RECEIPT = 80

_NAMES = {
    "freight": ("运费", "物流费", "freight", "flete"),
    "subsidy": ("补贴", "技师补贴", "subsidy", "subsidio"),
    "travel": ("差旅费", "差旅", "路费", "车票", "travel", "viaje"),
    "lodging": ("住宿费", "住宿", "酒店", "lodging", "hotel", "alojamiento"),
    "compensation": ("客户补偿", "补偿", "赔付", "compensation", "compensacion"),
    "transport": ("客户交通", "交通费", "交通", "打车", "transport", "taxi", "transporte"),
    "loss": ("呆滞损失", "损失", "报损", "loss", "perdida"),
}
NAMES = {word: name for name, words in _NAMES.items() for word in words}
_PAYER = {"payer", "付款", "付款方", "承担", "paga", "pagador"}
_PAYEE = {"payee", "收款", "收款方", "付给", "cobra", "beneficiario"}
_CHINESE = "|".join(sorted((word for word in NAMES if not word.isascii()), key=len, reverse=True))
_GLUED = re.compile(rf"(?<!\S)({_CHINESE})(?=[0-9¥￥])")
_LABEL = re.compile(r"#?[A-Za-z]\s*[-–—]\s*[0-9]{1,9}|#?[TSDKtsdk][0-9]{1,9}")
_MONTH = re.compile(r"(20[0-9]{2})[-/.年]?(0?[1-9]|1[0-2])月?")

# Money is for those who keep the books, and for those who oversee them.
READERS = access.BOOKKEEPERS | access.REGION | {Role.AUDITOR}
TREASURERS = frozenset({Role.FINANCE, Role.HQ})


@dataclass(frozen=True, slots=True)
class CostWords:
    """What was said of a cost; `about` is a request's label or a store's code, "" where it was said in reply."""

    about: str
    name: str
    amount: int
    receipt: str
    payee: str
    payer: str
    reason: str


def is_cost(words: str) -> bool:
    """Say whether words begin with what a cost is called."""
    parts = _parts(words)
    return bool(parts) and fold(parts[0]) in NAMES


def _parts(words: str) -> list[str]:
    """Cut words at their blanks; a name and its amount may be glued together (住宿320)."""
    return _GLUED.sub(r"\1 ", clean(words, MOST_WORDS)).split()


def read_cost(words: str, currency: str) -> CostWords:
    """Read `S-0003 lodging 320 F123 payee 李工 payer SZ01 reason`. Raises BadInput with an example."""
    parts = _parts(words)
    about = ""
    if parts and fold(parts[0]) not in NAMES:
        about = parts.pop(0)
    if not parts or fold(parts[0]) not in NAMES:
        raise BadInput("costs.what")
    name = NAMES[fold(parts.pop(0))]
    try:
        amount = parse_amount(parts.pop(0) if parts else "", currency)
    except ValueError as error:
        raise BadInput("costs.bad_amount") from error
    if not amount:
        raise BadInput("costs.bad_amount")
    rest, payer, reason = _cut(parts, _PAYER)
    rest, payee, after = _cut(rest, _PAYEE)
    receipt = " ".join([*rest, *after])[:MOST_RECEIPT]
    return CostWords(about, name, amount, receipt, payee, payer, " ".join(reason))


def _cut(parts: list[str], words: set[str]) -> tuple[list[str], str, list[str]]:
    """Cut at a word: what stands before it, the one after it, and the rest. Raises BadInput where nothing follows."""
    at = next((index for index, part in enumerate(parts) if fold(part) in words), None)
    if at is None:
        return parts, "", []
    if at + 1 == len(parts):
        raise BadInput("costs.which_party")
    return parts[:at], parts[at + 1], parts[at + 2 :]


def is_label(words: str) -> bool:
    """Say whether words are a request's label."""
    return _LABEL.fullmatch(words) is not None


def read_month(words: str) -> date | None:
    """Read `2026-11`, `2026年11月` as its first day; None when it is no month."""
    found = _MONTH.fullmatch(words.strip())
    return date(int(found[1]), int(found[2]), 1) if found else None


# Who may


def is_treasurer(person: Person) -> bool:
    """Say whether this person keeps the books of all stores."""
    return person.role in TREASURERS


def check_may_enter(person: Person, request: Request) -> None:
    """Raise unless this person may enter costs of a request: finance, HQ, or who leads one of its stores."""
    if is_treasurer(person):
        return
    if not any(access.leads(person, store) for store in (request.store_id, request.owner_store_id)):
        raise NotAllowed("costs.not_bookkeeper")


def check_amount(person: Person, amount: int, numbers: Costs, said: str) -> None:
    """Raise unless this person may enter so much; `said` is the limit in words."""
    if amount > numbers.most and not is_treasurer(person):
        raise NotAllowed("costs.too_much", most=said)


def check_loss(person: Person, reason: str) -> None:
    """Raise unless a loss is entered by finance or HQ, with its reason."""
    if not is_treasurer(person):
        raise NotAllowed("costs.loss_by_finance")
    if not reason:
        raise BadInput("costs.loss_why")


def check_payer(person: Person, payer: str, reason: str) -> None:
    """Raise unless HQ pays, or HQ itself says who else does, and why."""
    if not payer:
        return
    if person.role is not Role.HQ:
        raise NotAllowed("costs.hq_pays")
    if not reason:
        raise BadInput("costs.payer_why")


def needs_receipt(name: str, numbers: Costs, receipt: str, file: str) -> bool:
    """Say whether a cost still lacks its receipt."""
    return name in numbers.receipts and not (receipt or file)
