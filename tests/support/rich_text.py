"""Documents of any shape, titles that readers of markup stumble over, and what a reader is to see of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from config.text.characters import clean
from connectors.text.document import (
    Bar,
    Block,
    Bullets,
    Doc,
    Line,
    Lozenge,
    Panel,
    Paragraph,
    Table,
    Text,
    line,
    para,
)
from connectors.text.wiki import WORD_JOINER

HREF = "https://okrs.example.com/kr/GROWTH-KR1"

ENGLISH_TITLES = [
    "R&D costs from 12 % to 9 %",
    r"Move C:\temp to \\files\share",
    r"Backslashes \ at \* the end \\",
    "Ship A | B tests",
    "||Header|| of nothing",
    "Happy users :) by Friday ;) :D :P :-(",
    "Votes (y) (n) (on) (*) (/) (x) (!)",
    "https://acme.example/a_b?q=1&r=2#top and http://x.example.",
    "Ask mailto:ann@acme.example or ann@acme.example, see file:notes.txt",
    "*bold* _slanted_ -gone- +new+ ^up^ ~down~ ??said??",
    "{*}bold{*} {_}slanted{_} {-}gone{-}",
    "{{monospaced}} and `code` and ```fence```",
    "{code}x{code} {noformat}y{noformat} {panel}z{panel} {quote}q{quote}",
    "{color:red}hot{color} {anchor:here} {adf}",
    "[label|https://evil.example] [~admin] [^file.txt] [#top] [a] (b)",
    "[open and ]closed{ and }",
    "!picture.png! !a.png|thumbnail! wow!",
    "h1. A heading",
    "bq. A quotation",
    "# one",
    "* item",
    "- item",
    "1. first",
    "1) first",
    "> quote",
    "--- a dash -- another --- and ----",
    "----",
    "snake_case_name, kebab-case-name, 2*3*4, a+b+c, x^2, ~5",
    "WEB-1 blocks OPS-2 (see WEB-1)",
    "&amp; &lt; &#60; &copy; & more",
    "<b>bold</b> <!-- comment --> <script>x</script>",
    "**strong** __strong__ ~~gone~~ ==marked== $x^2$ $$y$$",
    "![alt](https://evil.example/x.png) [x](javascript:y) <https://evil.example>",
    "@everyone :tada: :+1: #general",
    "www.acme.example and acme.example/path",
    "kr:D1, kr:P2, kr:KR1 and a:b",
    "50% of 100% are ½ done, 2² = 4",
    'It\'s "quoted" — ‘so’ “to say”…',
    "Tabs\tand\nlines",
    "Café, naïve, Größe, 漢字, עברית, 🚀 👩‍💻",
    " leading and trailing ",
    "a" * 255,
    "?",
    "\\",
    "|",
    "*",
    "_",
    "[",
    "{",
    ":)",
]
FRENCH_TITLES = [
    "L'équipe R&D : de 12 % à 9 %",
    "Réduire « l’attente » à 3 s ; puis à 1 s !",
    "Où ? Là-bas ! (voir l'onglet « Suivi | Bilan »)",
    "Satisfaction :) des clients ;) — 95 %",
    "Déplacer C:\\données vers \\\\serveur\\partage",
    "Coût_par_tête -10 % +5 % *au moins*",
    "n° 1 : l'accès {invité} [bêta]",
    "Voir https://exemple.example/été?a_b=1 ; écrire à mailto:léa@exemple.example",
    "1 000 € → 2 000 €, ½ de l’objectif",
    "h2. Titre",
    "bq. Citation",
    "* puce",
    "# numéro",
    "Aujourd'hui -- demain --- après-demain",
    "Ça marche :P, « d'accord » :D",
]
TITLES = ENGLISH_TITLES + FRENCH_TITLES

_PIECES = [
    "R&D", ":)", ":D", ":P", "(y)", "(*)", "C:\\", "\\", "\\\\", "|", "||", "*", "_", "-", "+", "^", "~", "??", "?", "{", "}",
    "{{", "}}", "[", "]", "[~", "!", "@", "#", "%", "&amp;", "&#42;", "http://x.y/a_b", "mailto:a@b.c", "https://", "h1.",
    "bq.", "{code}", "{color:red}", "{color}", "{panel}", "{noformat}", "--", "---", "----", " ", " ", " ", "a", "b1", "é",
    "—", "’", "\u202f", "\u00a0", "ftp", "file:x", "irc://q", "\\-", "(", ")", ";)", "½", "🚀", "'", '"', "<b>", "/", "WEB-1",
]  # fmt: skip


def odd_titles(count: int) -> list[str]:
    """Titles that are put together of signs which mean something to one reader or another, the same on every run."""
    source = random.Random(18)  # noqa: S311  no secret
    return ["".join(source.choices(_PIECES, k=source.randrange(1, 9))) for _ in range(count)]


NASTY = [
    "",
    " ",
    "plain words",
    "*bold* _it_ `code` ~~gone~~",
    "[click](javascript:alert(1))",
    "<script>alert(1)</script></textarea>",
    "@everyone :smile: {code} {panel} !image.png! [~ann]",
    "https://evil.example/?q=1 www.evil.example mail@evil.example",
    "| a | b |\n|---|---|",
    "# head\n> quote\n- item\n1. one\n+ x",
    "tab\there\r\nand\u2028there",
    "\u202egnirts\u202c \u200bzero \x00 nul \x1b[31mred",
    "a\\b \\* \\\\",
    "````",
    "🧭 Größe „ß“ 漢字",
    "$x^2$ $$y$$ &lt; &#60; &nbsp;",
    "1) one",
    "PROJ-1 ENG-1 #123",
]

texts = st.text(max_size=40) | st.sampled_from([*TITLES, *NASTY])
inlines = (
    st.builds(
        Text,
        text=texts,
        strong=st.booleans(),
        em=st.booleans(),
        code=st.booleans(),
        href=st.none() | st.just(HREF),
    )
    | st.builds(Lozenge, text=texts.filter(lambda text: bool(clean(text).strip())))
    | st.builds(Bar, percent=st.integers(0, 100))
)
lines = st.lists(inlines, min_size=1, max_size=4).map(tuple)
paragraphs = st.builds(Paragraph, lines)
bullets = st.builds(Bullets, st.lists(lines, min_size=1, max_size=3).map(tuple))
panels = st.builds(
    Panel,
    tone=st.sampled_from(["info", "note", "success", "warning", "error"]),
    blocks=st.lists(paragraphs | bullets, min_size=1, max_size=2).map(tuple),
)
tables = st.integers(1, 3).flatmap(
    lambda width: st.builds(
        Table,
        header=st.tuples(*[texts] * width),
        rows=st.lists(st.tuples(*[lines] * width), max_size=3).map(tuple),
    )
)
docs = st.builds(Doc, st.lists(paragraphs | bullets | panels | tables, min_size=1, max_size=3).map(tuple))


def everywhere(title: str) -> Doc:
    """The title in every place of a document where people's words stand."""
    words = line("About ", title)
    return Doc(
        (
            para(title),
            Panel("info", (para(Text(f"KR1 · {title}", strong=True, href=HREF), "  ", Lozenge("ON TRACK")),)),
            Bullets((line(title), line(Text("kr:KR1", code=True), f" {title}"), words)),
            Table(("What", title), ((line("Linked by"), line(title)), (line(title), line("x")))),
            para(Text(title, strong=True), ": ", Text(title, em=True), " or ", Text(title, code=True)),
        )
    )


def words_meant(doc: Doc) -> str:
    """What a reader is to see of the document, without spaces."""
    return _bare("".join(text for block in doc.blocks for text in _texts(block)))


def words_read(document: dict[str, Any]) -> str:
    """What stands in an ADF document, without spaces; a node that is no text stands by its name."""
    return _bare(_read(document))


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The node and all below it."""
    return [node, *(deep for inner in node.get("content", []) for deep in nodes(inner))]


def links_in(document: dict[str, Any]) -> set[str]:
    """The addresses that the document's links lead to."""
    marks = [mark for node in nodes(document) for mark in node.get("marks", [])]
    return {mark["attrs"]["href"] for mark in marks if mark["type"] == "link"}


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(line=parts):
            yield from _shown(parts)
        case Bullets(items=items):
            yield from (text for item in items for text in _shown(item))
        case Panel(blocks=blocks):
            yield from (text for inner in blocks for text in _texts(inner))
        case Table(header=header, rows=rows):
            yield from map(clean, header)
            yield from (text for row in rows for cell in row for text in _shown(cell))


def _shown(parts: Line) -> list[str]:
    return [str(part) if isinstance(part, Bar) else clean(part.text) for part in parts]


def _read(node: dict[str, Any]) -> str:
    if node["type"] == "text":
        return str(node["text"])
    if node["type"] == "status":
        return str(node["attrs"]["text"])
    inner = "".join(map(_read, node.get("content", [])))
    return inner if "content" in node or node["type"] in _EMPTY else f"<{node['type']}>"


_EMPTY = frozenset({"doc", "paragraph", "panel", "heading"})


def _bare(text: str) -> str:
    # The dot parts cells that became a list; the address stands for a link without a label.
    for sign in (WORD_JOINER, "·", HREF):
        text = text.replace(sign, "")
    return "".join(text.split())
