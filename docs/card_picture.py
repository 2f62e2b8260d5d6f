"""Makes docs/card.png, the README's picture: a real card of the demo as a phone shows it.

By hand, with Chromium and Noto's Chinese and emoji fonts installed: `python docs/card_picture.py`. What is shown is
taken from the private chat of the manager who is asked first in the demo; only the looks are made here.
"""

from __future__ import annotations

import asyncio
import html
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot import demo_network as network
from bot.console import Shown
from bot.demo import SCENES, Demo
from bot.demo_people import ZONE
from handlers.chat import Line, Message
from handlers.load import load
from handlers.working_time import at_local, local

PICTURE = Path(__file__).with_name("card.png")
WIDTH, SCALE = 420, 2
STORES, DAYS, SEED = 15, 1, 7

STYLE = """
* { box-sizing: border-box; margin: 0 }
body { width: 420px; background: transparent; font: 15px/1.5 "Noto Sans CJK SC", "Noto Color Emoji", sans-serif;
       color: #17212b; -webkit-font-smoothing: antialiased }
.phone { width: 420px; background: #c3d9dc;
         border-radius: 22px; overflow: hidden; padding-bottom: 18px }
.top { background: #fff; display: flex; align-items: center; gap: 11px; padding: 11px 16px;
       border-bottom: 1px solid #0000000f }
.face { width: 40px; height: 40px; border-radius: 50%; color: #fff; font-weight: 700; font-size: 18px;
        background: #2b9478; display: grid; place-items: center }
.top b { font-size: 16px; line-height: 1.25; display: block }
.top i { font-style: normal; font-size: 12.5px; color: #7b8a97 }
.day { margin: 13px auto 4px; width: max-content; background: #4c6b7466; color: #fff; font-size: 12.5px;
       padding: 2px 11px; border-radius: 12px }
.row { padding: 6px 46px 0 12px }
.bubble { background: #fff; border-radius: 16px 16px 16px 5px; padding: 9px 13px 7px; box-shadow: 0 1px 1px #0000001f }
.bubble p { min-height: 1.5em; overflow-wrap: anywhere }
.bubble p.rule { height: 1px; min-height: 0; background: #dfe6ea; margin: 7px 0 }
.bubble p.old { font-size: 13.5px; color: #5b6b78 }
.bubble time { display: block; text-align: right; font-size: 11.5px; color: #93a1ad; margin-top: 1px }
.keys { display: flex; gap: 5px; margin-top: 5px }
.keys span { flex: 1; text-align: center; padding: 8px 0; border-radius: 10px; background: #35566bb3; color: #fff;
             font-weight: 500 }
.keys .primary { background: #2f9e6e } .keys .danger { background: #c2554d }
.mine { display: flex; justify-content: flex-end; padding: 9px 12px 0 90px }
.mine .bubble { background: #e3fbd3; border-radius: 16px 16px 5px 16px }
.quote { border-left: 3px solid #4fae4e; padding-left: 8px; font-size: 13px; line-height: 1.35; color: #4b8f49 }
.quote b { display: block }
"""


@dataclass
class Picture:
    """What the asked manager saw first, and answered."""

    card: Message
    at: datetime
    words: str
    said_at: datetime


async def play() -> Picture:
    """Play the demo's first scene and keep the card of who is asked, and the answer to it."""
    with network.passing_database() as database:
        demo = Demo(database, STORES, DAYS, SEED, "fast")
        demo.screen.quiet = True
        cards: list[tuple[datetime, str, str, Message]] = []

        def keep(shown: Shown) -> None:
            cards.append((demo.clock.now(), shown.address.chat, shown.text, shown.message))

        demo.console.watch(keep)
        demo.end = at_local(demo.first, SCENES[0].start.replace(minute=30), ZONE)
        await demo.play()
        await demo.app.close()
    label = next(iter(demo.people.scripts))
    said = next(one for one in demo.log.entries if one.did and one.label == label and "[" not in one.did.words)
    assert said.did is not None
    user = said.did.member.user
    mine = [one for one in cards if one[1] == user and one[2].startswith(f"{label} ")]
    return Picture(mine[0][3], mine[0][0], said.did.words, said.at)


def line_of(line: Line) -> str:
    """Write a line with its bold words."""
    return "".join(
        f"<b>{html.escape(span.text)}</b>" if span.style == "bold" else html.escape(span.text) for span in line
    )


def bubble(message: Message, at: datetime) -> str:
    """Write a message of the bot with its buttons."""
    rows, kind = [], ""
    for line in message.lines:
        if "".join(span.text for span in line).startswith("┈"):
            rows.append('<p class="rule"></p>')
            kind = ' class="old"'
        else:
            rows.append(f"<p{kind}>{line_of(line)}</p>")
    keys = "".join(
        '<div class="keys">'
        + "".join(f'<span class="{one.look}">{html.escape(one.label)}</span>' for one in row)
        + "</div>"
        for row in message.buttons
    )
    clock = f"<time>{local(at, ZONE):%H:%M}</time>"
    return f'<div class="row"><div class="bubble">{"".join(rows)}{clock}</div>{keys}</div>'


def page(picture: Picture) -> str:
    """Write the chat."""
    head = html.escape("".join(span.text for span in picture.card.lines[0]))
    day = local(picture.at, ZONE)
    return f"""<!doctype html><meta charset="utf-8"><style>{STYLE}</style><div class="phone">
<div class="top"><span class="face">协</span><span><b>协同</b><i>机器人 · bot</i></span></div>
<div class="day">{day.month}月{day.day}日</div>
{bubble(picture.card, picture.at)}
<div class="mine"><div class="bubble"><div class="quote"><b>协同</b>{head}</div>
<p>{html.escape(picture.words)}</p><time>{local(picture.said_at, ZONE):%H:%M} ✓✓</time></div></div>
</div>"""


def main() -> None:
    """Make the picture."""
    load()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("install chromium first")
    written = page(asyncio.run(play()))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "card.html"
        file.write_text(written, encoding="utf-8")
        common = [chromium, "--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu"]
        height = _height(common, file)
        subprocess.run(  # noqa: S603 - our own page
            [
                *common,
                "--default-background-color=00000000",
                f"--force-device-scale-factor={SCALE}",
                f"--window-size={WIDTH},{height}",
                f"--screenshot={PICTURE}",
                file.as_uri(),
            ],
            check=True,
            capture_output=True,
        )


def _height(common: list[str], file: Path) -> int:
    """Ask the browser how high the page is."""
    asking = file.with_name("ask.html")
    script = "<script>document.title=document.querySelector('.phone').offsetHeight</script>"
    asking.write_text(file.read_text(encoding="utf-8") + script, encoding="utf-8")
    dumped = subprocess.run(  # noqa: S603 - our own page
        [*common, f"--window-size={WIDTH},900", "--dump-dom", asking.as_uri()],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(dumped.stdout.split("<title>")[1].split("<")[0])


if __name__ == "__main__":
    main()
