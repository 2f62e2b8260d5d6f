"""The words about chats: what they are bound for, and what happens to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers import texts
from handlers.chat import Button, Line, Message, bold, line, mention, message
from handlers.texts import LANGUAGE_NAMES
from handlers.working_time import say_moment
from storage.tables.chats import Purpose

texts.add(
    "people",
    {
        "purpose_managers": ("店长群", "store managers' chat", "chat de gerentes"),
        "purpose_emergency": ("紧急支援群", "emergency chat", "chat de emergencias"),
        "purpose_technicians": ("技师互助群", "technicians' chat", "chat de técnicos"),
        "purpose_hq": ("总部群", "HQ chat", "chat de la central"),
        "bind_what": (
            "这个群做什么用?managers 店长 / emergency 紧急 / technicians 技师 / hq 总部。例如:/bind 店长 深圳",
            "What is this chat for? managers / emergency / technicians / hq. For example: /bind managers Shenzhen",
            "¿Para qué es este chat? managers / emergency / technicians / hq. Por ejemplo: /bind gerentes Shenzhen",
        ),
        "bind_hq_only": (
            "总部群只能由总部绑定。",
            "Only HQ may bind the HQ chat.",
            "Solo la central puede vincular el chat de la central.",
        ),
        "bind_hq_plain": (
            "总部群不属于任何区域,只需发送:/bind hq",
            "The HQ chat belongs to no region; just send /bind hq",
            "El chat de la central no es de ninguna zona; envía solo /bind hq",
        ),
        "bind_other_region": (
            "这属于别的区域,请由那个区域的经理或总部来做。",
            "This belongs to another region; its manager or HQ can do that.",
            "Esto es de otra zona; puede hacerlo su gerente o la central.",
        ),
        "bind_no_region": (
            "我不知道您说的是哪个区域。请先在名册里写明,再导入。",
            "I do not know of a region for this. Please add it to the workbook and import that first.",
            "No conozco ninguna zona para esto. Añádela al libro e impórtalo antes.",
        ),
        "bind_unknown_region": (
            "没有「{name}」这个区域。现有:{regions}。例如:/bind 店长 深圳",
            'There is no region "{name}". There are: {regions}. For example: /bind managers Shenzhen',
            "No hay ninguna zona «{name}». Existen: {regions}. Por ejemplo: /bind gerentes Shenzhen",
        ),
        "bind_which": ("哪个区域的{purpose}?", "The {purpose} of which region?", "¿{purpose} de qué zona?"),
        "bound": (
            "✅ 这个群现在是:{place}",
            "✅ This chat is now: {place}",
            "✅ Este chat es ahora: {place}",
        ),
        "bound_before": ("(以前是:{place})", "(It was: {place})", "(Antes era: {place})"),
        "bound_already": (
            "这个群早就是:{place}",
            "This chat is already: {place}",
            "Este chat ya es: {place}",
        ),
        "bound_again": (
            "✅ 恢复使用:{place}",
            "✅ In use again: {place}",
            "✅ De nuevo en uso: {place}",
        ),
        "unbound": (
            "这个群不再是:{place}。需要时请发送 /bind",
            "This chat is no longer: {place}. Send /bind when you need it again.",
            "Este chat ya no es: {place}. Envía /bind cuando lo necesites.",
        ),
        "not_bound": (
            "这个群还没有绑定用途。例如:/bind 店长 深圳",
            "This chat is not bound yet. For example: /bind managers Shenzhen",
            "Este chat aún no está vinculado. Por ejemplo: /bind gerentes Shenzhen",
        ),
        "chats_none": (
            "还没有绑定任何群。把我拉进群,然后在群里发送:/bind 店长",
            "No chat is bound yet. Add me to a group and send there: /bind managers",
            "Aún no hay chats vinculados. Añádeme a un grupo y envía allí: /bind gerentes",
        ),
        "chats_head": ("已绑定的群:", "Bound chats:", "Chats vinculados:"),
        "state_live": ("✅ 正常", "✅ in use", "✅ en uso"),
        "state_lost": ("⛔ {at} 起停用:{why}", "⛔ suspended since {at}: {why}", "⛔ suspendido desde {at}: {why}"),
        "why_bot_removed": ("机器人被移出", "the bot was removed", "se expulsó al bot"),
        "why_platform_lost": (
            "平台拒绝机器人",
            "the platform refuses the bot",
            "la plataforma rechaza al bot",
        ),
        "why_chat_closed": ("群或话题已关闭", "the chat or topic was closed", "se cerró el chat o el tema"),
        # events
        "chat_hint": (
            "大家好!请区域经理发送 /bind 店长、/bind 紧急 或 /bind 技师,告诉我这个群做什么用。",
            "Hello! Region manager: tell me what this chat is for by /bind managers, /bind emergency or "
            "/bind technicians",
            "¡Hola! Gerente de zona: dime para qué es este chat con /bind gerentes, /bind emergencias o /bind técnicos",
        ),
        "chat_lost": (
            "⚠️ 我在这些群里说不了话了:{why}。请重新拉我进群或打开群,再在群里发一次 /bind,否则消息送不到。",
            "⚠️ I can no longer speak in these chats: {why}. Please add me again or reopen them, and send /bind there; "
            "until then nothing reaches them.",
            "⚠️ Ya no puedo hablar en estos chats: {why}. Vuelve a añadirme o ábrelos, y envía allí /bind; "
            "hasta entonces no les llega nada.",
        ),
        "chat_found": (
            "✅ 我又可以在这些群里说话了:",
            "✅ I can speak in these chats again:",
            "✅ Puedo hablar de nuevo en estos chats:",
        ),
        "chat_moved": (
            "ℹ️ 群升级换了编号,已自动跟过去:",
            "ℹ️ A chat got a new id and I followed it:",
            "ℹ️ Un chat cambió de identificador y lo he seguido:",
        ),
        "platform_lost": (
            "🚨 {platform} 拒绝了我({why}):那里的消息先留着,不会丢。能从别处送到的,已改从别处送。"
            "请换上有效的令牌并重新启动;xietong doctor 会告诉您怎么做。",
            "🚨 {platform} refuses me ({why}): what is to be said there is kept, nothing is lost. What can go another "
            "way goes another way. Please set a valid token and start me again; `xietong doctor` says how.",
            "🚨 {platform} me rechaza ({why}): lo que hay que decir allí se guarda, nada se pierde. Lo que puede ir "
            "por otra vía va por otra vía. Pon un token válido y reiníciame; `xietong doctor` dice cómo.",
        ),
        "platform_chats": ("停用的群:", "Chats out of use:", "Chats fuera de uso:"),
        "stores_alone": (
            "☎️ 这些门店的店长和副店长现在都联系不到,请打电话:{stores}",
            "☎️ Neither manager nor deputy of these stores can be reached now; please call them: {stores}",
            "☎️ Ahora no se puede contactar con el gerente ni el subgerente de estos talleres; llámalos: {stores}",
        ),
        "platform_found": (
            "✅ {platform} 又接受我了({since} 起曾拒绝)。留着的消息现在发出。",
            "✅ {platform} takes my words again (it had refused me since {since}). What was kept is said now.",
            "✅ {platform} vuelve a aceptarme (me rechazaba desde {since}). Lo guardado se dice ahora.",
        ),
        "platform_still": (
            "这些群仍然说不了话,请重新拉我进群:",
            "I still cannot speak in these chats; please add me again:",
            "Aún no puedo hablar en estos chats; vuelve a añadirme:",
        ),
        "person_lost": (
            "⚠️ {who} 在 {platform} 上拒收我的私信。",
            "⚠️ {who} no longer takes my private messages on {platform}.",
            "⚠️ {who} ya no acepta mis mensajes privados en {platform}.",
        ),
        "person_elsewhere": (
            "以后改发到 {platform}。",
            "I will write on {platform} instead.",
            "Escribiré en {platform} en su lugar.",
        ),
        "person_in_group": (
            "以后在「{place}」里点名。",
            "I will mention them in: {place}",
            "Le mencionaré en: {place}",
        ),
        "person_nowhere": (
            "没有别的办法能联系到,请当面提醒。",
            "There is no other way to reach them; please tell them in person.",
            "No hay otra forma de contactar; avísale en persona.",
        ),
    },
)

texts.add(
    "help",
    {
        "bind": ("绑定群的用途", "Say what this chat is for", "Decir para qué es este chat"),
        "unbind": ("解除这个群的绑定", "Stop using this chat", "Dejar de usar este chat"),
        "chats": ("看已绑定的群", "List the bound chats", "Ver los chats vinculados"),
    },
)
texts.add(
    "example",
    {
        "bind": ("/bind 店长 深圳", "/bind managers Shenzhen", "/bind gerentes Shenzhen"),
        "unbind": ("/unbind", "/unbind", "/unbind"),
        "chats": ("/chats", "/chats", "/chats"),
    },
)


@dataclass(frozen=True, slots=True)
class Place:
    """A bound chat as it is described; `region` is its name, "" for HQ's."""

    purpose: Purpose
    region: str
    platform: str
    chat: str
    thread: str = ""
    language: str = ""
    suspended_at: datetime | None = None
    suspended_why: str = ""


def named(language: str, place: Place) -> str:
    """Name a chat by region and purpose: 深圳 店长群."""
    return f"{place.region} {texts.say(language, f'people.purpose_{place.purpose.value}')}".strip()


def _full(language: str, place: Place) -> str:
    where = f"{place.platform} {place.chat}" + (f"/{place.thread}" if place.thread else "")
    return f"{named(language, place)} · {where}"


def which_region(language: str, purpose: Purpose, thread: str, regions: Sequence[tuple[str, int]]) -> Message:
    """Ask of which region a chat is; `regions` are (name, id)."""
    what = texts.say(language, f"people.purpose_{purpose.value}")
    return message(
        texts.say(language, "people.bind_which", purpose=what),
        buttons=tuple(
            (Button(name, "people.bind", {"purpose": purpose.value, "region_id": region, "thread": thread}),)
            for name, region in regions
        ),
    )


def bound(language: str, place: Place, before: Place | None) -> Message:
    """Say what a chat is for from now on; `before` is what it was."""
    words = named(language, place)
    same = before is not None and named(language, before) == words
    if before is not None and same:
        key = "people.bound_already" if before.suspended_at is None else "people.bound_again"
        return message(texts.say_line(language, key, place=bold(words)))
    rows: list[Line] = [texts.say_line(language, "people.bound", place=bold(words))]
    if before is not None:
        rows.append(line(texts.say(language, "people.bound_before", place=named(language, before))))
    return Message(tuple(rows))


def unbound(language: str, place: Place) -> Message:
    """Say that a chat is for nothing any more."""
    return message(texts.say(language, "people.unbound", place=named(language, place)))


def listed(language: str, timezone: str, now: datetime, places: Sequence[Place]) -> Message:
    """List bound chats with their state."""
    if not places:
        return message(texts.say(language, "people.chats_none"))
    rows = [line(texts.say(language, "people.chats_head"))]
    for place in places:
        state = texts.say(language, "people.state_live")
        if place.suspended_at is not None:
            at = say_moment(place.suspended_at, timezone, now, language)
            state = texts.say(language, "people.state_lost", at=at, why=_why(language, place.suspended_why))
        spoken = LANGUAGE_NAMES[texts.language_of(place.language)]
        rows.append(line(f"{_full(language, place)} · {spoken} · {state}"))
    return Message(tuple(rows))


def _why(language: str, why: str) -> str:
    key = f"people.why_{why}"
    return texts.say(language, key) if texts.has(key) else why


# What happens to chats


def hint(language: str) -> Message:
    """Say in a new chat how it gets its purpose."""
    return message(texts.say(language, "people.chat_hint"))


def chats_lost(language: str, places: Sequence[Place], why: str) -> Message:
    """Tell HQ which chats nothing reaches any more."""
    return _list(language, texts.say(language, "people.chat_lost", why=_why(language, why)), places)


def platform_lost(language: str, platform: str, why: str, places: Sequence[Place], stores: Sequence[str]) -> Message:
    """Tell HQ that a platform refuses us, which chats that costs, and the stores where nobody can be reached."""
    rows = [line(texts.say(language, "people.platform_lost", platform=platform, why=why or "—"))]
    if places:
        rows += [line(texts.say(language, "people.platform_chats"))]
        rows += [line(_full(language, place)) for place in places]
    said = Message(tuple(rows))
    return said.with_lines(*stores_alone(language, stores).lines) if stores else said


def stores_alone(language: str, stores: Sequence[str]) -> Message:
    """Say at which stores nobody can be reached."""
    return message(texts.say(language, "people.stores_alone", stores=", ".join(stores)))


def platform_found(
    language: str, timezone: str, now: datetime, platform: str, since: datetime, still: Sequence[Place]
) -> Message:
    """Tell HQ that a platform takes our words again; `still`: the chats in which we have no voice yet."""
    at = say_moment(since, timezone, now, language)
    said = message(texts.say(language, "people.platform_found", platform=platform, since=at))
    if not still:
        return said
    return said.with_lines(*_list(language, texts.say(language, "people.platform_still"), still).lines)


def chats_found(language: str, places: Sequence[Place]) -> Message:
    """Tell HQ which chats can be reached again."""
    return _list(language, texts.say(language, "people.chat_found"), places)


def chats_moved(language: str, places: Sequence[Place]) -> Message:
    """Tell HQ which chats have a new id."""
    return _list(language, texts.say(language, "people.chat_moved"), places)


def _list(language: str, head: str, places: Sequence[Place]) -> Message:
    return Message((line(head), *(line(_full(language, place)) for place in places)))


def person_lost(language: str, who: str, platform: str, elsewhere: str, group: Place | None) -> Message:
    """Tell HQ that a person refuses private words on a platform, and what becomes of them."""
    first = texts.say(language, "people.person_lost", who=who, platform=platform)
    if elsewhere:
        return message(first, texts.say(language, "people.person_elsewhere", platform=elsewhere))
    if group is not None:
        return message(first, texts.say(language, "people.person_in_group", place=named(language, group)))
    return message(first, texts.say(language, "people.person_nowhere"))


def mentioned(person_id: int | None, name: str, said: Message) -> Message:
    """Say in a group what was meant for one person, beginning with their name."""
    first, *rest = said.lines or (line(),)
    return Message((line(mention(person_id, name), " ", *first), *rest), said.buttons)
