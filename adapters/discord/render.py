"""Documents as Discord messages of components (V2): one card, its caveat in small print at the end. Pure.

Numbers are those of Discord's reference: 40 components in a message, nested ones counted, 4,000 characters in all its
texts together, 5 buttons in a row, 25 options in a select.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, assert_never

from adapters.discord.buttons import Press, read_press
from adapters.discord.markdown import bold, code, escaped, inline, line, link, mention
from bot.documents.clip import clip
from bot.documents.fit import Limits, fit
from bot.documents.kept import kept
from bot.documents.mentioned import related_in
from bot.documents.nodes import (
    Action,
    Actions,
    Block,
    Bullets,
    Card,
    Divider,
    Document,
    Facts,
    Heading,
    Kind,
    Mention,
    Note,
    Paragraph,
    RelatedItem,
    RelatedList,
    SourceItem,
    Sources,
)
from bot.documents.text import harmless
from bot.documents.verbs import Verb, verb_of
from bot.ports import Payload
from bot.saying import say, speaking

Component = dict[str, Any]

V2: Final = 1 << 15
ROW, BUTTON, SELECT, SECTION, TEXT, SEPARATOR, CONTAINER = 1, 2, 3, 9, 10, 14, 17
GREY, BLUE, RED = 2, 1, 4
COLOURS: Final = {Kind.BRIEF: 0x3B6FD4, Kind.DIGEST: 0x3B6FD4, Kind.LIST: 0x3B6FD4, Kind.ERROR: 0xD83C3E}
GREY_EDGE: Final = 0x80848E
LABEL_LIMIT: Final = 80
OPTION_LIMIT: Final = 100
MOST_OPTIONS: Final = 25
ROW_BUTTONS: Final = 5

# Of 40 components there stand beside the blocks: the card itself, a role, the row of a select (2), the page number,
# the caveat and its line (2), and below the card the row of the button that shares it (2).
LIMITS: Final = Limits(message_chars=3900, block_chars=3800, blocks=31)
_HEADING: Final = {1: "## ", 2: "### ", 3: "**"}


def render(document: Document) -> tuple[Payload, ...]:
    """The messages of a document, in order, each within Discord's limits and with the whole caveat."""
    caveat = document.caveat.text if document.caveat else ""
    with speaking(document.language):
        return tuple(
            Payload(body=message(page), caveat=caveat, title=line(document.title), page=page)
            for page in fit(document, LIMITS, measure, weight)
        )


def message(page: Document) -> Component:
    """The body of one message; what is on the page fits."""
    inside = [*_grouped(page.blocks), *_ending(page)] or [_text("…")]
    _number(inside)
    card = {"type": CONTAINER, "accent_color": COLOURS.get(page.kind, GREY_EDGE), "components": inside}
    ping = page.ping if page.ping.isdigit() else ""
    before = [_text(f"<@&{ping}>")] if ping else []
    return {
        "flags": V2,
        "components": [*before, card],
        # Nothing in any text may ping, whatever it looks like; only the one role that an admin chose.
        "allowed_mentions": {"parse": [], "roles": [ping] if ping else []},
    }


@kept
def measure(block: Block) -> int:
    """How many characters of a message's texts a block takes, with the line break after it."""
    # A paragraph may have an empty line before it.
    return sum(len(text) + 1 for text in _texts(block)) + isinstance(block, Paragraph)


def weight(blocks: Sequence[Block]) -> int:
    """How many components the blocks of a message take at most; texts that follow each other are one."""
    count, is_text = 0, False
    for block in blocks:
        match block:
            case Card():
                count += 3
            case Divider():
                count += 1
            case Sources() | RelatedList():
                count += 2
            case Actions():
                count += len(block.items) + -(-len(block.items) // ROW_BUTTONS) + 1
            case _:
                count += not is_text
        is_text = not isinstance(block, Card | Divider | Sources | RelatedList | Actions)
    return count


def _number(components: Sequence[Component]) -> None:
    """Makes the ids of components unique within their message."""
    seen: dict[str, int] = {}
    for component in _pressable(components):
        custom_id = component["custom_id"]
        seen[custom_id] = seen.get(custom_id, 0) + 1
        if seen[custom_id] > 1 and (press := read_press(custom_id)):
            component["custom_id"] = press.custom_id(seen[custom_id])


def _pressable(components: Sequence[Component]) -> Iterator[Component]:
    for component in components:
        if "custom_id" in component:
            yield component
        if "accessory" in component:
            yield component["accessory"]
        yield from _pressable(component.get("components", ()))


def _grouped(blocks: Sequence[Block]) -> Iterator[Component]:
    """Blocks as components; texts that follow each other are one."""
    waiting: list[str] = []
    previous: Block | None = None
    for block in blocks:
        if isinstance(block, Card | Actions | Divider | Sources | RelatedList):
            yield from _flushed(waiting)
            yield from _standing_alone(block)
        else:
            is_apart = isinstance(block, Paragraph) and isinstance(previous, Note | Paragraph) and waiting
            waiting += [f"\n{text}" if is_apart and text else text for text in _texts(block)]
        previous = block
    yield from _flushed(waiting)


def _standing_alone(block: Card | Actions | Divider | Sources | RelatedList) -> Iterator[Component]:
    match block:
        case Card():
            yield _card(block)
        case Divider():
            yield _separator()
        case Actions():
            yield from _actions(block)
        case Sources() | RelatedList():
            yield _separator()
            yield _text("\n".join(_items(block)))


def _separator() -> Component:
    return {"type": SEPARATOR, "divider": True, "spacing": 1}


def _flushed(waiting: list[str]) -> Iterator[Component]:
    words = "\n".join(text for text in waiting if text)
    waiting.clear()
    if words:
        yield _text(words)


def _ending(page: Document) -> Iterator[Component]:
    """What stands below the matter: briefs to open, which part this is, the caveat."""
    options = list(_options(page.blocks))[:MOST_OPTIONS]
    if options:
        yield {"type": ROW, "components": [_select(options)]}
    if page.parts > 1:
        yield _text(f"-# {page.part}/{page.parts}")
    if page.caveat is not None:
        note = escaped(page.caveat.note).strip()
        yield _separator()
        yield _text(f"-# {page.caveat.text}" + (f" {note}" if note else ""))


def _select(options: list[Component]) -> Component:
    return {
        "type": SELECT,
        "custom_id": Press(Verb.OPEN, "").custom_id(),
        "placeholder": say("Related briefs"),
        "options": options,
    }


def _options(blocks: Sequence[Block]) -> Iterator[Component]:
    """The related briefs of a page, each once, to open by picking."""
    seen = set()
    for brief, headline, blurb in related_in(blocks):
        label = clip(line(headline), OPTION_LIMIT)
        if brief and label and brief not in seen:
            seen.add(brief)
            option = {"label": label, "value": brief}
            yield option | ({"description": clip(line(blurb), OPTION_LIMIT)} if line(blurb) else {})


# ── texts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _texts(block: Block) -> list[str]:
    """The texts of a block, marked up; a button's label is none."""
    match block:
        case Heading():
            return [_heading(block)]
        case Paragraph():
            return [inline(block.spans)]
        case Note(is_hint=True):
            return []
        case Note():
            return [f"-# {words}" if (words := inline(block.spans)) else ""]
        case Card():
            return [_card_text(block)]
        case Bullets() | Sources() | RelatedList() | Facts():
            return list(_items(block))
        case Actions():
            return [_typed(action) for action in block.items if _button(action) is None]
        case Divider():
            return []
    assert_never(block)


def _items(block: Bullets | Sources | RelatedList | Facts) -> Iterator[str]:
    match block:
        case Bullets():
            yield from (f"- {inline(item)}" for item in block.items if inline(item))
        case Sources():
            yield from (f"**{say('Sources')}**", *map(_source, block.items))
        case RelatedList():
            yield from (f"**{say('Related')}**", *map(_related, block.items))
        case Facts():
            yield from (_fact(name, value) for name, value in block.rows)


def _heading(heading: Heading) -> str:
    words = escaped(heading.text).strip()
    mark = _HEADING[min(heading.level, 3)]
    return "" if not words else f"{mark}{words}{mark}" if mark == "**" else f"{mark}{words}"


@lru_cache(maxsize=512)
def _card_text(card: Card) -> str:
    label = f"`{line(card.label).upper()}` " if card.label else ""
    lines = [f"{label}{bold(card.headline)}"]
    if card.deck:
        lines.append(escaped(card.deck).strip())
    sources = " · ".join(filter(None, (link(source.text, source.url) for source in card.sources)))
    facts = " · ".join(escaped(fact).strip() for fact in card.byline)
    small = [f"-# {words}" for words in (facts, sources) if words]
    return "\n".join([*lines, *small])


def _source(item: SourceItem) -> str:
    named = link(item.title, item.url) if item.title else link(item.publisher, item.url)
    publisher = f"{bold(item.publisher)} " if item.title else ""
    when = f" · {escaped(item.when)}" if item.when else ""
    return f"-# {item.n}\\. {publisher}{named}{when}"


def _related(item: RelatedItem) -> str:
    """A related brief with its blurb; what can be opened here is in the select below, too."""
    head = f"→ {link(item.headline, item.url) if item.url else escaped(item.headline).strip()}"
    blurb = escaped(item.blurb).strip() if item.blurb != item.headline else ""
    reason = escaped(item.reason).strip()
    return "\n".join([head, *(f"-# {words}" for words in (blurb, reason) if words)])


def _fact(name: str, value: str | Mention) -> str:
    words = mention(value) if isinstance(value, Mention) else escaped(value).strip()
    return f"{bold(name)} {words}"


def _typed(action: Action) -> str:
    """An action that no button can hold, as the words to type."""
    return f"-# {escaped(action.label).strip()}: {code('/' + action.command)}"


def _text(content: str) -> Component:
    return {"type": TEXT, "content": content}


# ── things to press ───────────────────────────────────────────────────────────────────────────────────────────────────


def _card(card: Card) -> Component:
    """A brief in short, beside the button that opens it."""
    button = _button(Action(say("Read"), f"brief read {card.brief}"))
    return {"type": SECTION, "components": [_text(_card_text(card) or card.brief)], "accessory": button}


def _actions(actions: Actions) -> Iterator[Component]:
    typed = "\n".join(_texts(actions))
    if typed:
        yield _text(typed)
    buttons = [button for item in actions.items if (button := _button(item))]
    for start in range(0, len(buttons), ROW_BUTTONS):
        yield {"type": ROW, "components": buttons[start : start + ROW_BUTTONS]}


def _button(action: Action) -> Component | None:
    """The button of an action; None when its command is too long to be carried by one."""
    label, custom_id = _button_words(action)
    if not label or not custom_id:
        return None
    return {"type": BUTTON, "style": RED if action.is_danger else GREY, "label": label, "custom_id": custom_id}


@lru_cache(maxsize=512)
def _button_words(action: Action) -> tuple[str, str]:
    """What stands on a button and behind it; empty where it cannot."""
    press = Press(verb_of(action), action.command)
    # Room for the number that may be needed to tell it from its like.
    custom_id = press.custom_id() if press.custom_id(99) and harmless(action.command) == action.command else None
    return clip(line(action.label), LABEL_LIMIT), custom_id or ""
