"""The words of the boards: what parts are called besides."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import texts
from handlers.chat import Button, Message, bold, message

texts.add(
    "help",
    {
        "alias": (
            "配件的另一种叫法:电瓶 = 蓄电池",
            "Another word for parts: accumulator = battery",
            "Otra palabra para una pieza: acumulador = batería",
        ),
    },
)
texts.add(
    "example",
    {"alias": ("/alias 电瓶 = 蓄电池", "/alias accumulator = battery", "/alias acumulador = batería")},
)
texts.add(
    "boards",
    {
        "alias_usage": (
            "请写哪个叫法是什么意思,例如:/alias 电瓶 = 蓄电池;不再算同一个:/alias 电瓶 =",
            "Say which word means which, for example: /alias accumulator = battery; to undo: /alias accumulator =",
            "Diga qué palabra significa cuál, p. ej.: /alias acumulador = batería; para quitarla: /alias acumulador =",
        ),
        "alias_length": (
            "叫法要 2 到 {most} 个字,例如:/alias 电瓶 = 蓄电池",
            "A word has 2 to {most} letters, for example: /alias accumulator = battery",
            "Una palabra tiene de 2 a {most} letras, por ejemplo: /alias acumulador = batería",
        ),
        "alias_same": (
            "「{word}」和「{means}」本来就是同一个词,请写两个不同的叫法,例如:/alias 电瓶 = 蓄电池",
            '"{word}" and "{means}" are one word; write two, for example: /alias accumulator = battery',
            "«{word}» y «{means}» son la misma palabra; escriba dos, por ejemplo: /alias acumulador = batería",
        ),
        "alias_none": (
            "「{word}」没有别的意思,无需删除",
            '"{word}" stands for nothing else; there is nothing to take out',
            "«{word}» no significa otra cosa; no hay nada que quitar",
        ),
        "alias_changed": (
            "「{word}」之后又改过,没有撤销;现在的叫法见 /alias",
            '"{word}" was changed again since; nothing was undone. See /alias',
            "«{word}» se cambió otra vez; no se deshizo nada. Véase /alias",
        ),
        "alias_said": (
            "好的,找配件时「{word}」等于「{means}」,全网有效",
            'Noted: "{word}" now finds "{means}" for the whole network',
            "Anotado: «{word}» encuentra ahora «{means}» en toda la red",
        ),
        "alias_gone": (
            "好的,找配件时「{word}」只按字面找,全网有效",
            'Noted: "{word}" now finds only what is called so, for the whole network',
            "Anotado: «{word}» encuentra ahora solo lo que se llama así, en toda la red",
        ),
        "alias_title": (
            "本网络自己的叫法({count} 个;行业通用的 {trade} 个不列)",
            "The network's own words ({count}; the trade's {trade} are not listed)",
            "Las palabras propias de la red ({count}; las {trade} del oficio no se listan)",
        ),
        "alias_line": ("{word} = {means}", "{word} = {means}", "{word} = {means}"),
        "alias_line_gone": ("{word}:不再算别名", "{word}: no other word any more", "{word}: ya no es otra palabra"),
        "alias_more": ("…还有 {count} 个", "… and {count} more", "… y {count} más"),
        "undo_button": ("撤销", "Undo", "Deshacer"),
    },
)

MOST_LISTED = 40


def alias_said(language: str, word: str, means: str, undo: dict[str, str | int]) -> Message:
    """Say what a word means from now on, and offer to undo it."""
    key = "boards.alias_said" if means else "boards.alias_gone"
    values = {"word": word, "means": means} if means else {"word": word}
    button = Button(texts.say(language, "boards.undo_button"), "boards.alias_undo", undo)
    return message(texts.say(language, key, **values), buttons=((button,),))


def aliases(language: str, own: Sequence[tuple[str, str]], trade: int) -> Message:
    """List a network's own words."""
    title = texts.say_line(language, "boards.alias_title", count=bold(str(len(own))), trade=str(trade))
    rows = [
        texts.say(language, "boards.alias_line", word=word, means=means)
        if means
        else texts.say(language, "boards.alias_line_gone", word=word)
        for word, means in own[:MOST_LISTED]
    ]
    if len(own) > MOST_LISTED:
        rows.append(texts.say(language, "boards.alias_more", count=len(own) - MOST_LISTED))
    if not own:
        rows.append(texts.say(language, "boards.alias_usage"))
    return Message((title, *message(*rows).lines))
