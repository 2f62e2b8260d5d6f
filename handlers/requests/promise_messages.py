"""The words of the customer's side: the promise, who is on the way, and what is asked about them."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import texts
from handlers.chat import Button, Field, Form, Line
from handlers.durations import say_duration
from handlers.working_time import say_moment
from storage.tables.requests import Request

# A promise in minutes is read at a glance; one of days is a date.
_IN_MINUTES = timedelta(hours=10)

texts.add(
    "promise",
    {
        "open": (
            "🤝 答应客户:{by} 前",
            "🤝 Promised to the customer: by {by}",
            "🤝 Prometido al cliente: antes de {by}",
        ),
        "open_minutes": (
            "🤝 答应客户:{by} 前({minutes} 分钟)",
            "🤝 Promised to the customer: by {by} ({minutes} min)",
            "🤝 Prometido al cliente: antes de {by} ({minutes} min)",
        ),
        "kept_minutes": (
            "🤝 承诺 {promised} 分钟,实际 {actual} 分钟:{verdict}",
            "🤝 Promised {promised} min, actual {actual} min: {verdict}",
            "🤝 Prometido {promised} min, real {actual} min: {verdict}",
        ),
        "kept_moments": (
            "🤝 承诺 {promised},实际 {actual}:{verdict}",
            "🤝 Promised {promised}, actual {actual}: {verdict}",
            "🤝 Prometido {promised}, real {actual}: {verdict}",
        ),
        "exceeded": ("比承诺快,超出期望", "exceeded", "superado"),
        "met": ("按承诺做到", "kept", "cumplido"),
        "missed": ("晚了 {late}", "{late} late", "{late} tarde"),
        "on_the_way": ("🚗 预计 {eta} 到达", "🚗 Expected at {eta}", "🚗 Llegada prevista {eta}"),
        "on_the_way_km": (
            "🚗 还有约 {km} 公里,预计 {eta} 到达",
            "🚗 About {km} km to go, expected at {eta}",
            "🚗 Quedan unos {km} km, llegada prevista {eta}",
        ),
        "forward_eta": ("{words}预计 {eta} 到达。", "{words} Expected at {eta}.", "{words} Llegada prevista: {eta}."),
        "eta_button": ("预计到达", "Say the ETA", "Indicar llegada"),
        "eta_title": ("{label} 多久到?", "{label}: how long until arrival?", "{label}: ¿cuánto falta?"),
        "eta_field": ("还要多久", "How long still", "Cuánto falta"),
        "eta_hint": (
            "例如 40分钟、1h20m 或 16:30;也可以回复卡片发实时位置",
            "for example 40m, 1h20m or 16:30; or reply to the card with a live location",
            "por ejemplo 40m, 1h20m o 16:30; o responde a la tarjeta con tu ubicación en vivo",
        ),
        "eta_noted": (
            "{label}:预计 {eta} 到达,已更新卡片。",
            "{label}: expected at {eta}; the card says so.",
            "{label}: llegada {eta}; la tarjeta lo indica.",
        ),
        "bad_eta": (
            "请写还要多久或几点到,例如:/eta {label} 40m 或 /eta {label} 16:30",
            "Say how long still, or when, for example: /eta {label} 40m or /eta {label} 16:30",
            "Indica cuánto falta o a qué hora, por ejemplo: /eta {label} 40m o /eta {label} 16:30",
        ),
        "no_place": (
            "门店坐标未登记,算不出到达时间。请直接写:/eta {label} 40m",
            "The store's place is not known, so there is no ETA. Please write: /eta {label} 40m",
            "No se conoce la ubicación de la tienda. Escribe: /eta {label} 40m",
        ),
        "not_travelling": (
            "{label} 现在没有人在路上(状态:{state})。",
            "Nobody is on the way for {label} now (state: {state}).",
            "Nadie está en camino para {label} ahora (estado: {state}).",
        ),
        "not_a_party": (
            "只有这个请求的双方门店可以填写到达时间。",
            "Only the two stores of this request can say an ETA.",
            "Solo las dos tiendas de esta petición pueden indicar la llegada.",
        ),
        "noted": (
            "{label}:已答应客户 {by} 前。",
            "{label}: promised to the customer by {by}.",
            "{label}: prometido al cliente antes de {by}.",
        ),
        "bad_promise": (
            "请写答应客户多久或几点,例如:/promise {label} 90m 或 /promise {label} 16:30",
            "Say how long, or by when, for example: /promise {label} 90m or /promise {label} 16:30",
            "Indica cuánto o para cuándo, por ejemplo: /promise {label} 90m o /promise {label} 16:30",
        ),
        "kept_first": (
            "{label} 先要由 {store} 回答客户是否留住(是/否/不清楚),才能补录;已再次提醒他们。回答后请重发。",
            "{store} has to say first whether the customer of {label} was kept (yes, no, not known); they are asked "
            "again. Then please send this once more.",
            "{store} debe decir primero si se conservó al cliente de {label} (sí, no, no se sabe); se lo he vuelto a "
            "preguntar. Luego repite esto.",
        ),
        "kept_first_you": (
            "请先回答 {label} 的客户是否留住(是/否/不清楚),再补录;问题已发给您。",
            "First say whether the customer of {label} was kept (yes, no, not known); you have the question. "
            "Then send this once more.",
            "Primero indica si se conservó al cliente de {label} (sí, no, no se sabe); tienes la pregunta. "
            "Luego repite esto.",
        ),
        "kept_missing": (
            "还没有回答客户是否留住,不能补录。",
            "It is not said yet whether the customer was kept, so this cannot be recorded.",
            "Aún no se ha dicho si se conservó al cliente; no se puede registrar.",
        ),
    },
)

texts.add(
    "event",
    {
        "promised": (
            "🤝 答应客户 {minutes} 分钟({who})",
            "🤝 promised to the customer: {minutes} min ({who})",
            "🤝 prometido al cliente: {minutes} min ({who})",
        ),
        "forgotten": (
            "👤 客户资料已按要求删除({who})",
            "👤 the customer was erased on request ({who})",
            "👤 el cliente fue borrado a petición ({who})",
        ),
    },
)

texts.add(
    "help",
    {
        "eta": (
            "报到达时间:还要多久或几点到",
            "Say when whoever is on the way will arrive",
            "Indicar cuándo llega quien está en camino",
        ),
        "promise": (
            "登记答应客户的时间",
            "Note what the customer was promised",
            "Anotar lo prometido al cliente",
        ),
    },
)

texts.add(
    "example",
    {
        "eta": ("/eta T-0001 40m", "/eta T-0001 40m", "/eta T-0001 40m"),
        "promise": ("/promise T-0001 90m", "/promise T-0001 90m", "/prometer T-0001 90m"),
    },
)


def customer(language: str, masked: str) -> Line:
    """Name the customer as everybody may see one."""
    return texts.say_line(language, "customer.card", customer=masked)


def promised(language: str, timezone: str, now: datetime, request: Request) -> Line:
    """Say what was promised, and once it is done how it went."""
    assert request.promised_at is not None
    minutes = _minutes(request.promised_at - request.opened_at)
    short = request.promised_at - request.opened_at <= _IN_MINUTES
    by = say_moment(request.promised_at, timezone, now, language)
    if request.finished_at is None:
        if short:
            return texts.say_line(language, "promise.open_minutes", by=by, minutes=str(minutes))
        return texts.say_line(language, "promise.open", by=by)
    words = verdict(language, request.promised_at, request.finished_at)
    if short:
        actual = str(_minutes(request.finished_at - request.opened_at))
        return texts.say_line(language, "promise.kept_minutes", promised=str(minutes), actual=actual, verdict=words)
    actual = say_moment(request.finished_at, timezone, now, language)
    return texts.say_line(language, "promise.kept_moments", promised=by, actual=actual, verdict=words)


def verdict(language: str, promised_at: datetime, finished_at: datetime) -> str:
    """Say whether a promise was exceeded, kept or missed, to the minute."""
    late = _minutes(finished_at - promised_at)
    if late > 0:
        return texts.say(language, "promise.missed", late=say_duration(timedelta(minutes=late), language))
    return texts.say(language, "promise.exceeded" if late < 0 else "promise.met")


def on_the_way(language: str, timezone: str, now: datetime, request: Request) -> Line:
    """Say when who is on the way arrives, and how far it is where that is known."""
    assert request.eta_at is not None
    eta = say_moment(request.eta_at, timezone, now, language)
    if request.eta_km is None:
        return texts.say_line(language, "promise.on_the_way", eta=eta)
    return texts.say_line(language, "promise.on_the_way_km", eta=eta, km=str(round(request.eta_km)))


def with_eta(language: str, timezone: str, now: datetime, words: str, eta: datetime) -> str:
    """Add to the words for a customer when who is on the way arrives."""
    said = say_moment(max(eta, now), timezone, now, language)
    return texts.say(language, "promise.forward_eta", words=words, eta=said)


def look_button(language: str, request: Request) -> Button:
    """Offer to see the customer in full."""
    return Button(texts.say(language, "customer.look_button"), "customers.look", {"request": request.id})


def eta_button(language: str, request: Request) -> Button:
    """Offer to say when who is on the way arrives."""
    return Button(texts.say(language, "promise.eta_button"), "promise.eta", {"request": request.id})


def eta_form(language: str, label: str, request: Request) -> Form:
    """Ask how long it will still take."""
    field = Field("eta", texts.say(language, "promise.eta_field"), hint=texts.say(language, "promise.eta_hint"))
    title = texts.say(language, "promise.eta_title", label=label)
    return Form("promise.eta", title, (field,), texts.say(language, "request.send"), {"request": request.id})


def _minutes(span: timedelta) -> int:
    """Return whole minutes, halves up."""
    return int((span + timedelta(seconds=30)) // timedelta(minutes=1))
