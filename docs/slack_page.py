"""Messages, forms and the Home tab as Slack is sent them, drawn as a web page in the looks of its client. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

STYLE = """
body { margin: 0; background: #fff; color: #1d1c1d; font: 15px/1.46668 Lato, "Noto Sans", "Noto Sans CJK KR",
       "Helvetica Neue", Helvetica, Arial, sans-serif; width: 700px; }
.message { display: flex; gap: 10px; padding: 14px 20px; }
.face { width: 36px; height: 36px; border-radius: 8px; background: #3b6fd4; flex: none; color: #fff; text-align: center;
        font: 600 19px/36px Georgia, serif; }
.who { font-weight: 900; } .app { background: #ececed; color: #616061; font-size: 10px; font-weight: 700;
       border-radius: 2px; padding: 1px 3px; margin: 0 6px; vertical-align: 1px; }
.when, .only { color: #616061; font-size: 12px; }
.block { margin: 8px 0; max-width: 600px; } .header { font-size: 18px; font-weight: 900; line-height: 1.3; }
.section { display: flex; gap: 16px; justify-content: space-between; align-items: flex-start; }
.section > .words { flex: 1; overflow-wrap: anywhere; } .section + .context { margin-top: -4px; }
.context { color: #616061; font-size: 13px; line-height: 1.38; overflow-wrap: anywhere; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 16px; }
b { font-weight: 700; } a { color: #1264a3; text-decoration: none; } .link { color: #1264a3; background: #e8f5fa; }
code { background: #f8f8f8; border: 1px solid #dddddd; border-radius: 3px; padding: 2px 3px 1px; color: #c01343;
       font: 12px/1.5 "Noto Sans Mono", Monaco, Menlo, Consolas, monospace; }
hr { border: 0; border-top: 1px solid #dddddd; margin: 14px 0; max-width: 600px; }
.row { display: flex; gap: 8px; flex-wrap: wrap; }
button { border: 1px solid #bbbabb; border-radius: 4px; background: #fff; color: #1d1c1d; white-space: nowrap;
         font: 700 13px/1 Lato, "Noto Sans", sans-serif; padding: 7px 12px; height: 28px; flex: none; }
button.danger { border-color: #e01e5a; color: #e01e5a; }
.select { border: 1px solid #bbbabb; border-radius: 4px; height: 26px; font-size: 13px; line-height: 26px; width: 208px;
          padding: 0 8px 0 12px; display: flex; justify-content: space-between; color: #616061; }
.home { padding: 0 24px 14px; } .tabs { border-bottom: 1px solid #dddddd; display: flex; gap: 20px; font-size: 13px;
        font-weight: 700; color: #616061; margin: 0 -24px 16px; padding: 14px 24px 0; }
.tabs > .on { color: #1d1c1d; border-bottom: 2px solid #1d1c1d; padding-bottom: 8px; }
.form { margin: 18px auto; width: 520px; border-radius: 8px; box-shadow: 0 0 0 1px #dddddd, 0 8px 28px #0002; }
.form > .title, .form > .end { padding: 16px 24px; display: flex; gap: 12px; }
.form > .title { font-size: 22px; font-weight: 900; } .form > .end { justify-content: flex-end; }
.form > .inputs { padding: 0 24px; } .input { margin: 0 0 16px; } .input > .label { font-weight: 700; }
.optional { color: #616061; font-weight: 400; } .hint { color: #616061; font-size: 13px; }
.field { border: 1px solid #868686; border-radius: 4px; min-height: 20px; padding: 7px 12px; margin: 4px 0;
         display: flex; justify-content: space-between; } .field.long { min-height: 60px; } .empty { color: #616061; }
.checks { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 4px 0; } button.primary { background: #007a5a;
          border-color: #007a5a; color: #fff; }
"""


def page(parts: Sequence[str]) -> str:
    return f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><body>{"".join(parts)}</body>'


def message(blocks: Sequence[Json], *, is_private: bool = False) -> str:
    """One message of the bot."""
    only = '<div class="only">Only visible to you</div>' if is_private else ""
    head = '<span class="who">Briefbot</span><span class="app">APP</span><span class="when">8:00 AM</span>'
    inside = "".join(map(_block, blocks))
    return f'<div class="message"><div class="face">B</div><div style="flex:1">{only}{head}{inside}</div></div>'


def home(blocks: Sequence[Json]) -> str:
    """The Home tab."""
    tabs = '<div class="tabs"><span class="on">Home</span><span>Messages</span><span>About</span></div>'
    return f'<div class="home">{tabs}{"".join(map(_block, blocks))}</div>'


def form(view: Json) -> str:
    """A form, as it opens."""
    title, inputs = _plain(view["title"]["text"]), "".join(map(_block, view["blocks"]))
    end = f"<button>{_plain(view['close']['text'])}</button>"
    end += f'<button class="primary">{_plain(view["submit"]["text"])}</button>'
    parts = f'<div class="title">{title}</div><div class="inputs">{inputs}</div><div class="end">{end}</div>'
    return f'<div class="form">{parts}</div>'


def _block(block: Json) -> str:
    match block["type"]:
        case "input":
            optional = ' <span class="optional">(optional)</span>' if block["optional"] else ""
            label = f'<div class="label">{_plain(block["label"]["text"])}{optional}</div>'
            hint = f'<div class="hint">{_plain(block["hint"]["text"])}</div>'
            return f'<div class="input">{label}{_field(block["element"])}{hint}</div>'
        case "header":
            return f'<div class="block header">{_plain(block["text"]["text"])}</div>'
        case "section" if "fields" in block:
            fields = "".join(f"<div>{_text(field)}</div>" for field in block["fields"])
            return f'<div class="block fields">{fields}</div>'
        case "section":
            beside = _element(block["accessory"]) if "accessory" in block else ""
            return f'<div class="block section"><div class="words">{_text(block["text"])}</div>{beside}</div>'
        case "context":
            return f'<div class="block context">{" ".join(map(_text, block["elements"]))}</div>'
        case "actions":
            return f'<div class="block row">{"".join(map(_element, block["elements"]))}</div>'
        case "divider":
            return "<hr>"
    raise ValueError(f"no picture of a block of type {block['type']}")


def _element(element: Json) -> str:
    if element["type"] == "static_select":
        return f'<div class="select"><span>{_plain(element["placeholder"]["text"])}</span><span>⌄</span></div>'
    return f'<button class="{element.get("style", "")}">{_plain(element["text"]["text"])}</button>'


def _field(element: Json) -> str:
    """What is filled in, of an input; its placeholder when there is nothing."""
    if element["type"] == "checkboxes":
        chosen = element.get("initial_options", [])
        boxes = (
            f"{'☑' if option in chosen else '☐'} {_plain(option['text']['text'])}" for option in element["options"]
        )
        return f'<div class="checks">{"".join(f"<span>{box}</span>" for box in boxes)}</div>'
    set_now = element.get("initial_value") or element.get("initial_time") or ""
    if "initial_option" in element:
        set_now = element["initial_option"]["text"]["text"]
    if "initial_conversation" in element:
        set_now = "# news"
    shown = _plain(set_now) or f'<span class="empty">{_plain(element.get("placeholder", {"text": ""})["text"])}</span>'
    arrow = "<span>⌄</span>" if "select" in element["type"] or element["type"] == "timepicker" else ""
    return f'<div class="field {"long" if element.get("multiline") else ""}"><span>{shown}</span>{arrow}</div>'


def _text(text: Json) -> str:
    return mrkdwn(text["text"]) if text["type"] == "mrkdwn" else _plain(text["text"])


def _plain(text: str) -> str:
    return html.escape(text, quote=True)


# ── mrkdwn ────────────────────────────────────────────────────────────────────────────────────────────────────────────

_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`|<(?P<url>https?:[^|>]*)\|(?P<words>[^>]*)>|<#(?P<channel>\w+)>|<!subteam\^(?P<group>\w+)>"
    r"|(?<!\w)\*(?P<bold>[^*\n]+)\*(?!\w)"
)


def mrkdwn(text: str) -> str:
    """Slack's mrkdwn as HTML: what our messages use of it. Its entities are those of HTML."""
    done, at = "", 0
    for found in _INLINE.finditer(text):
        done += text[at : found.start()] + _span(found)
        at = found.end()
    return (done + text[at:]).replace("\n", "<br>")


def _span(found: re.Match[str]) -> str:
    if found["code"]:
        return f"<code>{found['code']}</code>"
    if found["url"]:
        return f'<a href="{found["url"]}">{found["words"]}</a>'
    if found["bold"]:
        return f"<b>{mrkdwn(found['bold'])}</b>"
    return f'<span class="link">{"# news" if found["channel"] else "@editors"}</span>'
