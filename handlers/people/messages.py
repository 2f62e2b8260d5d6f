"""The words about people: linking, inviting, who one is, absences and languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers import texts
from handlers.chat import Button, Line, Look, Message, bold, code, line, message
from handlers.texts import LANGUAGE_NAMES
from handlers.working_time import say_moment
from storage.tables.people import Person, Role

texts.add(
    "people",
    {
        # linking
        "code_unknown": (
            "这个绑定码不对。请核对,或向总部、区域经理要一个新的。",
            "This code is not right. Please check it, or ask HQ or your region manager for a new one.",
            "Este código no es correcto. Compruébalo o pide uno nuevo a la central o a tu gerente de zona.",
        ),
        "code_used": (
            "这个绑定码已经用过了,只能用一次。请要一个新的。",
            "This code has been used already; each works once. Please ask for a new one.",
            "Este código ya se usó; cada uno sirve una sola vez. Pide uno nuevo.",
        ),
        "code_expired": (
            "这个绑定码已过期(只有 {minutes} 分钟有效)。请要一个新的。",
            "This code has expired (they last {minutes} minutes). Please ask for a new one.",
            "Este código ha caducado (duran {minutes} minutos). Pide uno nuevo.",
        ),
        "code_guesses": (
            "输错次数太多,请 {minutes} 分钟后再试。",
            "Too many wrong codes. Please try again in {minutes} minutes.",
            "Demasiados códigos erróneos. Inténtalo de nuevo dentro de {minutes} minutos.",
        ),
        "code_in_public": (
            "绑定码请私聊发给我,不要发在群里。大家都看到了,这个码已作废,请要一个新的。",
            "Send codes to me in private, never in a group. Everybody has seen this one, so it no longer works; "
            "please ask for a new one.",
            "Envíame los códigos en privado, nunca en un grupo. Todos han visto este, así que ya no sirve; pide otro.",
        ),
        "linked_to_other": (
            "这个账号已经绑定给 {name}。如果要换人,请联系总部。",
            "This account is linked to {name} already. If that should change, please contact HQ.",
            "Esta cuenta ya está vinculada a {name}. Si debe cambiar, contacta con la central.",
        ),
        "no_user": (
            "我看不出是谁发的。请用自己的账号私聊我。",
            "I cannot see who sent this. Please write to me in private from your own account.",
            "No veo quién envió esto. Escríbeme en privado desde tu propia cuenta.",
        ),
        "linked_again": (
            "这个账号早已绑定到您,不用再绑。这个码仍可用于您的另一个账号。",
            "This account is yours already. The code still works for another account of yours.",
            "Esta cuenta ya es tuya. El código aún sirve para otra cuenta tuya.",
        ),
        "linked": ("绑定成功,{name},欢迎!", "Linked. Welcome, {name}!", "Vinculado. ¡Te damos la bienvenida, {name}!"),
        "hello": ("{name},您好!", "Hello, {name}!", "¡Hola, {name}!"),
        "linked_elsewhere": (
            "您的一个新账号刚绑定:{platform} {account}。不是您本人?请马上告诉总部。",
            "A new account was just linked to you: {platform} {account}. Was it not you? Tell HQ at once.",
            "Se acaba de vincular a ti una cuenta nueva: {platform} {account}. ¿No fuiste tú? Avisa ya a la central.",
        ),
        "you_can": ("您可以用:", "You can use:", "Puedes usar:"),
        "more_help": (
            "想知道怎么用,发送 /help 加命令名,例如 /help {name}",
            "To learn how one works, send /help and its name, for example /help {name}",
            "Para saber cómo funciona uno, envía /help y su nombre, por ejemplo /help {name}",
        ),
        # inviting
        "invite_whom": (
            "要邀请谁?例如:/invite 张伟,重名时加上门店:/invite 张伟 SZ01",
            "Invite whom? For example: /invite Zhang Wei, or with the store: /invite Zhang Wei SZ01",
            "¿A quién invitas? Por ejemplo: /invite Zhang Wei, o con la tienda: /invite Zhang Wei SZ01",
        ),
        "invite_unknown": (
            "没有找到「{name}」。请先在名册里登记,再发邀请。",
            'There is nobody called "{name}". Add the person to the workbook first, then invite.',
            "No hay nadie llamado «{name}». Añade antes a la persona al libro y luego invítala.",
        ),
        "invite_near": (
            "没有找到「{name}」。您要找的是:{near}?",
            'There is nobody called "{name}". Did you mean {near}?',
            "No hay nadie llamado «{name}». ¿Querías decir {near}?",
        ),
        "invite_not_yours": (
            "您只能邀请本区域的成员;总部成员由总部邀请。",
            "You can invite the people of your own region; HQ invites its own.",
            "Puedes invitar a la gente de tu zona; la central invita a los suyos.",
        ),
        "invite_which": ("有几位「{name}」,是哪一位?", 'Which "{name}"?', "¿Cuál «{name}»?"),
        "invite_code": ("{who} 的绑定码:{code}", "Code for {who}: {code}", "Código de {who}: {code}"),
        "invite_how": (
            "{minutes} 分钟内有效,只能用一次;以前发的码已作废。请本人私聊机器人发送:",
            "Valid for {minutes} minutes, once; older codes no longer work. They send it to the bot in private:",
            "Vale {minutes} minutos y una sola vez; los anteriores ya no sirven. Debe enviarlo al bot en privado:",
        ),
        # who one is
        "stranger_how": (
            "这个账号还没有绑定。请向总部或区域经理要一个绑定码,收到后私聊发给我:",
            "This account is not linked yet. Ask HQ or your region manager for a code, then send it to me in private:",
            "Esta cuenta aún no está vinculada. Pide un código a la central o a tu gerente de zona y "
            "envíamelo en privado:",
        ),
        "your_code": ("绑定码", "CODE", "CÓDIGO"),
        "i_am": ("您是:{name}", "You are: {name}", "Eres: {name}"),
        "i_role": ("角色:{role}", "Role: {role}", "Función: {role}"),
        "i_store": ("门店:{store}", "Store: {store}", "Tienda: {store}"),
        "i_region": ("区域:{region}", "Region: {region}", "Zona: {region}"),
        "i_language": ("语言:{language}", "Language: {language}", "Idioma: {language}"),
        "i_zone": ("时区:{zone}", "Time zone: {zone}", "Zona horaria: {zone}"),
        "i_accounts": ("账号:{accounts}", "Accounts: {accounts}", "Cuentas: {accounts}"),
        "i_away": ("状态:离开,到 {until}", "Now: away until {until}", "Ahora: ausente hasta {until}"),
        "i_here": ("状态:在岗", "Now: here", "Ahora: presente"),
        "blocked": ("{account}(联系不上)", "{account} (cannot be reached)", "{account} (no se puede contactar)"),
        # away
        "away_ask": ("您要离开多久?", "How long will you be away?", "¿Cuánto tiempo estarás ausente?"),
        "away_now": ("您已设为离开,到 {until}。", "You are away until {until}.", "Estás ausente hasta {until}."),
        "away_h1": ("1 小时", "1 hour", "1 hora"),
        "away_h2": ("2 小时", "2 hours", "2 horas"),
        "away_tomorrow": ("到明天", "Until tomorrow", "Hasta mañana"),
        "away_off": ("我回来了", "I am back", "He vuelto"),
        "away_set": (
            "好的,您离开到 {until}。",
            "All right: you are away until {until}.",
            "De acuerdo: estás ausente hasta {until}.",
        ),
        "away_deputy": (
            "这段时间不问您,由 {names} 答复。提前回来请发送 /back",
            "You will not be asked; {names} will answer. Back early? Send /back",
            "No se te preguntará; responderá {names}. ¿Vuelves antes? Envía /back",
        ),
        "away_nobody": (
            "注意:{store} 现在没有别人能答复,别家的求助会直接转给下一家。提前回来请发送 /back",
            "Mind: nobody else at {store} can answer now; requests will go straight to the next store. "
            "Back early? Send /back",
            "Atención: nadie más en {store} puede responder ahora; las peticiones pasarán a la siguiente tienda. "
            "¿Vuelves antes? Envía /back",
        ),
        "away_early": (
            "提前回来请发送 /back",
            "Back early? Send /back",
            "¿Vuelves antes? Envía /back",
        ),
        "away_unclear": (
            "我没看懂时间。例如:/away 到14:00、/away 2小时、/away 明天,回来发 /back",
            "I did not understand the time. For example: /away until 14:00, /away 2h, /away tomorrow; then /back",
            "No he entendido la hora. Por ejemplo: /away hasta las 14:00, /away 2h, /away mañana; luego /back",
        ),
        "away_past": (
            "这个时间已经过了。例如:/away 到14:00 或 /away 2小时",
            "That time has passed. For example: /away until 14:00 or /away 2h",
            "Esa hora ya pasó. Por ejemplo: /away hasta las 14:00 o /away 2h",
        ),
        "away_long": (
            "最多 {days} 天。更久请总部换人负责。例如:/away 3天",
            "At most {days} days; for longer, HQ should name somebody else. For example: /away 3d",
            "Como máximo {days} días; si es más, la central debe nombrar a otra persona. Por ejemplo: /away 3d",
        ),
        "back": (
            "欢迎回来!",
            "Welcome back!",
            "¡Hola de nuevo!",
        ),
        "not_away": ("您没有设离开。", "You were not away.", "No estabas ausente."),
        # languages
        "lang_pick": ("选择语言:", "Choose a language:", "Elige un idioma:"),
        "lang_unknown": (
            "我会说中文、English、Español。例如:/lang zh",
            "I speak 中文, English and Español. For example: /lang en",
            "Hablo 中文, English y Español. Por ejemplo: /lang es",
        ),
        "lang_mine": (
            "好的,以后和您说中文。",
            "All right, I will speak English to you.",
            "De acuerdo, te hablaré en español.",
        ),
        "lang_chat": (
            "好的,这个群以后说中文。",
            "All right, this chat will be in English.",
            "De acuerdo, este chat será en español.",
        ),
        "lang_region_only": (
            "群的语言由区域经理或总部设置。您自己的语言请私聊我发送 /lang",
            "The language of a chat is set by the region manager or HQ. For your own, send me /lang in private.",
            "El idioma de un chat lo decide la gerencia de zona o la central. Para el tuyo, envíame /lang en privado.",
        ),
        # roles
        "role_hq": ("总部", "HQ", "central"),
        "role_region_manager": ("区域经理", "region manager", "gerente de zona"),
        "role_store_manager": ("店长", "store manager", "gerente de tienda"),
        "role_deputy": ("副店长", "deputy", "subgerente"),
        "role_advisor": ("服务顾问", "advisor", "asesor"),
        "role_technician": ("技师", "technician", "técnico"),
        "role_finance": ("财务", "finance", "finanzas"),
        "role_auditor": ("审计", "auditor", "auditoría"),
    },
)

texts.add(
    "help",
    {
        "start": ("绑定账号,或打个招呼", "Link this account, or say hello", "Vincular esta cuenta, o saludar"),
        "invite": (
            "给成员一个绑定码",
            "Give somebody a code to link their account",
            "Dar a alguien un código de vinculación",
        ),
        "whoami": ("我是谁:角色、门店、账号", "Who I am: role, store, accounts", "Quién soy: función, tienda, cuentas"),
        "away": (
            "暂时离开,由副店长答复",
            "Be away for a while; the deputy answers",
            "Ausentarse un rato; responde el subgerente",
        ),
        "back": ("我回来了", "Be back", "Estar de vuelta"),
        "lang": ("换语言", "Change the language", "Cambiar el idioma"),
    },
)
texts.add(
    "example",
    {
        "start": ("/start ABCD2345", "/start ABCD2345", "/start ABCD2345"),
        "invite": ("/invite 张伟 SZ01", "/invite Zhang Wei SZ01", "/invite Zhang Wei SZ01"),
        "whoami": ("/whoami", "/whoami", "/whoami"),
        "away": ("/away 到14:00", "/away until 14:00", "/away hasta las 14:00"),
        "back": ("/back", "/back", "/back"),
        "lang": ("/lang zh", "/lang en", "/lang es"),
    },
)


def role(language: str, of: Role) -> str:
    """Name a role."""
    return texts.say(language, f"people.role_{of.value}")


# Linking


@dataclass(frozen=True, slots=True)
class Facts:
    """What `/whoami` says of a person; `accounts` are (platform, can be reached)."""

    name: str
    role: Role
    store: str
    region: str
    language: str
    timezone: str
    accounts: tuple[tuple[str, bool], ...]
    away_until: datetime | None
    now: datetime


def who(language: str, facts: Facts) -> Message:
    """Say who somebody is."""
    return Message(tuple(_facts(language, facts)))


def welcome(language: str, facts: Facts, key: str, commands: Sequence[str]) -> Message:
    """Greet somebody by the sentence `key`, say who they are and what they can do."""
    return Message(
        (
            line(texts.say(language, key, name=facts.name)),
            *_facts(language, facts),
            line(texts.say(language, "people.you_can"), " ".join(f"/{name}" for name in commands)),
            line(texts.say(language, "people.more_help", name=commands[0])),
        )
    )


def _facts(language: str, facts: Facts) -> list[Line]:
    def fact(key: str, **values: str) -> Line:
        return line(texts.say(language, key, **values))

    rows = [
        texts.say_line(language, "people.i_am", name=bold(facts.name)),
        fact("people.i_role", role=role(language, facts.role)),
    ]
    if facts.store:
        rows.append(fact("people.i_store", store=facts.store))
    if facts.region:
        rows.append(fact("people.i_region", region=facts.region))
    named = LANGUAGE_NAMES[texts.language_of(facts.language)]
    accounts = [
        platform if heard else texts.say(language, "people.blocked", account=platform)
        for platform, heard in facts.accounts
    ]
    rows.append(fact("people.i_language", language=named))
    rows.append(fact("people.i_zone", zone=facts.timezone))
    rows.append(fact("people.i_accounts", accounts=", ".join(accounts)))
    if facts.away_until is None:
        rows.append(fact("people.i_here"))
    else:
        until = say_moment(facts.away_until, facts.timezone, facts.now, language)
        rows.append(fact("people.i_away", until=until))
    return rows


def stranger(language: str) -> Message:
    """Tell somebody we do not know how to become known."""
    return message(
        texts.say(language, "people.stranger_how"), *_ways(language, texts.say(language, "people.your_code"))
    )


def _ways(language: str, words: str) -> list[Line]:
    return [line("Telegram: ", code(f"/start {words}")), line("Slack: ", code(f"/xietong link {words}"))]


def code_in_public(language: str) -> Message:
    """Say that a code everybody saw is worth nothing any more."""
    return message(texts.say(language, "people.code_in_public"))


def linked_elsewhere(language: str, platform: str, account: str) -> Message:
    """Tell a person that another account now speaks in their name."""
    return message(texts.say(language, "people.linked_elsewhere", platform=platform, account=account))


# Inviting


def invitation(language: str, who: str, secret: str, minutes: int) -> Message:
    """Hand over a code and how it is used."""
    return message(
        texts.say_line(language, "people.invite_code", who=bold(who), code=code(secret)),
        texts.say(language, "people.invite_how", minutes=minutes),
        *_ways(language, secret),
    )


def which(language: str, name: str, choices: Sequence[tuple[str, int]]) -> Message:
    """Ask which of several people of one name is meant; `choices` are (label, person id)."""
    return message(
        texts.say(language, "people.invite_which", name=name),
        buttons=tuple((Button(label, "people.invite", {"person_id": person}),) for label, person in choices),
    )


def described(language: str, person: Person, place: str) -> str:
    """Name a person with their place and role: 张伟(深圳一店 店长)."""
    inside = f"{place} {role(language, person.role)}".strip()
    return f"{person.name}({inside})" if texts.language_of(language) == "zh" else f"{person.name} ({inside})"


# Absences


def away_choices(language: str, until: str) -> Message:
    """Offer the usual absences; `until` is when a present one ends, or ""."""
    choices = {"1h": "people.away_h1", "2h": "people.away_h2", "tomorrow": "people.away_tomorrow"}
    buttons = [Button(texts.say(language, key), "people.away", {"words": words}) for words, key in choices.items()]
    if until:
        back = Button(texts.say(language, "people.away_off"), "people.away", {"words": "off"}, look=Look.PRIMARY)
        buttons.append(back)
    head = "people.away_now" if until else "people.away_ask"
    rows = (tuple(buttons[:3]), tuple(buttons[3:]))
    return message(texts.say(language, head, until=until), buttons=tuple(row for row in rows if row))


def away(language: str, until: str, *, leads: str, names: Sequence[str]) -> Message:
    """Say until when somebody is away and who answers for the store `leads` ("" where they lead none)."""
    first = texts.say(language, "people.away_set", until=until)
    if not leads:
        return message(first, texts.say(language, "people.away_early"))
    if not names:
        return message(first, bold(texts.say(language, "people.away_nobody", store=leads)))
    joined = ("、" if texts.language_of(language) == "zh" else ", ").join(names)
    return message(first, texts.say(language, "people.away_deputy", names=joined))


def back(language: str, was_away: bool) -> Message:
    """Greet somebody who is back."""
    return message(texts.say(language, "people.back" if was_away else "people.not_away"))


# Languages


def pick_language(language: str) -> Message:
    """Offer the languages, each by its own name."""
    buttons = tuple(Button(name, "people.lang", {"words": key}) for key, name in LANGUAGE_NAMES.items())
    return message(texts.say(language, "people.lang_pick"), buttons=(buttons,))


def language_set(language: str, *, chat: bool) -> Message:
    """Say in the new language that it is spoken from now on."""
    return message(texts.say(language, "people.lang_chat" if chat else "people.lang_mine"))
