"""Messages and forms as Discord is sent them, drawn as a web page in the looks of its client. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

Component = dict[str, Any]

STYLE = """
body { margin: 0; background: #313338; color: #dbdee1; font: 16px/1.375 "gg sans", "Noto Sans", "Noto Sans CJK KR",
       "Helvetica Neue", Helvetica, Arial, sans-serif; width: 700px; }
.message { display: flex; gap: 16px; padding: 16px; }
.face { width: 40px; height: 40px; border-radius: 50%; background: #3b6fd4; flex: none; color: #fff; text-align: center;
        font: 600 20px/40px Georgia, serif; }
.who { font-weight: 600; color: #f2f3f5; } .app { background: #5865f2; color: #fff; font-size: 10px; font-weight: 600;
       border-radius: 3px; padding: 1px 5px; margin: 0 6px; vertical-align: 2px; }
.when, .only { color: #949ba4; font-size: 12px; } .only { margin-top: 4px; }
.card { background: #2b2d31; border: 1px solid #3f4147; border-left: 4px solid var(--edge); border-radius: 8px;
        padding: 16px; margin-top: 4px; display: flex; flex-direction: column; gap: 8px; max-width: 560px; }
.section { display: flex; gap: 16px; justify-content: space-between; align-items: flex-start; }
h2 { font-size: 20px; margin: 0 0 2px; color: #f2f3f5; line-height: 1.25; } h3 { font-size: 16px; margin: 10px 0 2px;
     color: #f2f3f5; } b { color: #f2f3f5; } a { color: #00a8fc; text-decoration: none; }
.small { color: #949ba4; font-size: 12.5px; line-height: 1.35; } .gap { height: 8px; }
code { background: #1e1f22; border-radius: 4px; padding: 0 4px; font: 13.5px "Noto Sans Mono", Consolas, monospace; }
hr { border: 0; border-top: 1px solid #3f4147; width: 100%; margin: 4px 0; }
.row { display: flex; gap: 8px; flex-wrap: wrap; }
button { border: 0; border-radius: 8px; background: #4e5058; color: #fff; font: 500 14px/1 "Noto Sans", sans-serif;
         padding: 9px 14px; white-space: nowrap; }
button.red { background: #da373c; } button.blue { background: #5865f2; }
.select { background: #1e1f22; border: 1px solid #3f4147; border-radius: 8px; padding: 9px 12px; color: #949ba4;
          width: 100%; display: flex; justify-content: space-between; box-sizing: border-box; }
.mention { background: #3c4270; color: #c9cdfb; border-radius: 3px; padding: 0 2px; }
.li { padding-left: 18px; text-indent: -14px; }
.form { background: #313338; margin: 16px; border-radius: 8px; border: 1px solid #3f4147; padding: 16px; width: 440px; }
.form .label { font-weight: 600; margin-top: 14px; } .form .input { background: #1e1f22; border-radius: 4px;
         padding: 9px 10px; min-height: 20px; } .chip { background: #404249; border-radius: 4px; padding: 1px 7px;
         margin-right: 4px; color: #dbdee1; }
"""


def page(parts: Sequence[str]) -> str:
    return f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><body>{"".join(parts)}</body>'


def message(components: Sequence[Component], *, is_private: bool = False) -> str:
    """One message of the bot."""
    only = '<div class="only">Only you can see this · Dismiss message</div>' if is_private else ""
    head = '<span class="who">Briefbot</span><span class="app">APP</span><span class="when">Today at 08:00</span>'
    inside = "".join(_component(component) for component in components)
    return f'<div class="message"><div class="face">B</div><div style="flex:1">{head}{inside}{only}</div></div>'


def form(body: Component) -> str:
    """A modal."""
    fields = "".join(_field(label) for label in body["components"])
    buttons = '<button>Cancel</button><button class="blue">Submit</button>'
    row = f'<div class="row" style="justify-content:flex-end;margin-top:18px">{buttons}</div>'
    return f'<div class="form"><h2>{_plain(body["title"])}</h2>{fields}{row}</div>'


def _component(component: Component) -> str:
    match component["type"]:
        case 17:
            edge = f"#{component.get('accent_color', 0x3F4147):06x}"
            return f'<div class="card" style="--edge:{edge}">{_all(component["components"])}</div>'
        case 9:
            texts, beside = _all(component["components"]), _component(component["accessory"])
            return f'<div class="section"><div>{texts}</div>{beside}</div>'
        case 10:
            return f"<div>{markdown(component['content'])}</div>"
        case 14:
            return "<hr>"
        case 1:
            return f'<div class="row" style="margin-top:4px">{_all(component["components"])}</div>'
        case 2:
            colour = {4: "red", 1: "blue"}.get(component["style"], "")
            return f'<button class="{colour}">{_plain(component["label"])}</button>'
        case 3:
            return f'<div class="select"><span>{_plain(component["placeholder"])}</span><span>⌄</span></div>'
    raise ValueError(f"no picture of a component of type {component['type']}")


def _all(components: Sequence[Component]) -> str:
    return "".join(_component(component) for component in components)


def _field(label: Component) -> str:
    inner = label["component"]
    chosen = [option["label"] for option in inner.get("options", []) if option.get("default")]
    chosen += ["# news" if inner["type"] == 8 else "@ Editors" for _ in inner.get("default_values", [])]
    shown = _plain(inner.get("value", "")) or "".join(f'<span class="chip">{_plain(name)}</span>' for name in chosen)
    note = f'<div class="small">{_plain(label.get("description", ""))}</div>'
    return f'<div class="label">{_plain(label["label"])}</div>{note}<div class="input">{shown}</div>'


def _plain(text: str) -> str:
    return html.escape(text, quote=True)


# ── markdown ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_INLINE = re.compile(
    r"\\(?P<escaped>[^\w\s]|_)|\*\*(?P<bold>(?:\\.|[^*])+)\*\*|`(?P<code>[^`]+)`"
    r"|\[(?P<words>(?:\\.|[^\]\\])+)\]\(<(?P<url>[^>]*)>\)|<#(?P<channel>\d+)>|<@&(?P<role>\d+)>"
)


def markdown(text: str) -> str:
    """Discord's markdown as HTML: what our messages use of it."""
    return "".join(map(_line, text.split("\n")))


def _line(line: str) -> str:
    for mark, open_, close in (
        ("### ", "<h3>", "</h3>"),
        ("## ", "<h2>", "</h2>"),
        ("-# ", '<div class="small">', "</div>"),
        ("- ", '<div class="li">• ', "</div>"),
    ):
        if line.startswith(mark):
            return f"{open_}{_inline(line.removeprefix(mark))}{close}"
    return f"<div>{_inline(line)}</div>" if line.strip() else '<div class="gap"></div>'


def _inline(text: str) -> str:
    done, at = "", 0
    for found in _INLINE.finditer(text):
        done += _plain(text[at : found.start()]) + _span(found)
        at = found.end()
    return done + _plain(text[at:])


def _span(found: re.Match[str]) -> str:
    if found["escaped"]:
        return _plain(found["escaped"])
    if found["bold"]:
        return f"<b>{_inline(found['bold'])}</b>"
    if found["code"]:
        return f"<code>{_plain(found['code'])}</code>"
    if found["words"]:
        return f'<a href="{_plain(found["url"])}">{_inline(found["words"])}</a>'
    return f'<span class="mention">{"# news" if found["channel"] else "@Editors"}</span>'
