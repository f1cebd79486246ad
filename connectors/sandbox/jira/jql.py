"""A real, small JQL: text to syntax tree, with Jira's own words for what is wrong.

Grammar: clauses joined by and/or/not and parentheses, then ORDER BY. `was`, `changed` and index-only
functions are left out; they are refused as Jira refuses what it does not know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NoReturn

from connectors.sandbox.jira.jql_words import RESERVED_WORDS


class JqlError(Exception):
    """What Jira says about a query that it does not accept."""


@dataclass(frozen=True, slots=True)
class Value:
    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Empty:
    """The keyword EMPTY, or NULL."""


Operand = Value | Function | Empty


@dataclass(frozen=True, slots=True)
class Clause:
    """`is_list` tells `field in (a)` from `field = a`."""

    field: str
    operator: str
    operands: tuple[Operand, ...]
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Clauses under "and" or "or"."""

    operator: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    part: Node


Node = Clause | Group | Negation


@dataclass(frozen=True, slots=True)
class Order:
    field: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    where: Node | None
    order: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


_TOKENS = re.compile(
    r"""(?P<space>\s+)
    |(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<operator>!=|<=|>=|!~|[=<>~])
    |(?P<logic>&&|\|\||!)
    |(?P<mark>[(),])
    |(?P<word>cf\[\d+\]|issue\.property\[[^\]]*\][\w.]*|(?:[^\s"'()=<>!~,&|\[\]{}*/%+^$#@?;\\]|\\.)+)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_OPERATORS = "'=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'"


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text, flags=re.DOTALL)


def _place(text: str, at: int) -> str:
    before = text[:at]
    return f"(line {before.count(chr(10)) + 1}, character {at - before.rfind(chr(10))})"


def tokens(text: str) -> list[_Token]:
    """The words and signs of the query. Raises JqlError."""
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None:
            character, place = text[at], _place(text, at)
            if character in "\"'":
                raise JqlError(
                    f"Error in the JQL Query: The quoted string '{text[at + 1 :]}' has not been completed. {place}"
                )
            raise JqlError(
                f"Error in the JQL Query: The character '{character}' is a reserved JQL character. You must "
                f"enclose it in a string or use the escape '\\u{ord(character):04x}' to use it. {place}"
            )
        if match.lastgroup != "space":
            found.append(_Token(str(match.lastgroup), match.group(), at))
        at = match.end()
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.at = 0

    def peek(self, *words: str) -> bool:
        """Whether the next tokens are these words or signs."""
        ahead = self.tokens[self.at : self.at + len(words)]
        return [token.text.lower() for token in ahead if token.kind != "quoted"] == list(words)

    def take(self, *words: str) -> bool:
        if self.peek(*words):
            self.at += len(words)
            return True
        return False

    def fail(self, expected: str) -> NoReturn:
        if self.at >= len(self.tokens):
            raise JqlError(f"Error in the JQL Query: Expecting {expected} before the end of the query.")
        token = self.tokens[self.at]
        place = _place(self.text, token.at)
        raise JqlError(f"Error in the JQL Query: Expecting {expected} but got '{token.text}'. {place}")

    def query(self) -> Query:
        where = None if not self.tokens or self.peek("order", "by") else self.any_of()
        order: list[Order] = []
        if self.take("order", "by"):
            order.append(self.order_field())
            while self.take(","):
                order.append(self.order_field())
        if self.at < len(self.tokens):
            self.fail("either 'OR' or 'AND'" if not order else "','")
        return Query(where, tuple(order))

    def any_of(self) -> Node:
        parts = [self.all_of()]
        while self.take("or") or self.take("||"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else Group("or", tuple(parts))

    def all_of(self) -> Node:
        parts = [self.one()]
        while self.take("and") or self.take("&&"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else Group("and", tuple(parts))

    def one(self) -> Node:
        if self.take("not") or self.take("!"):
            return Negation(self.one())
        if self.take("("):
            inside = self.any_of()
            if not self.take(")"):
                self.fail("')'")
            return inside
        return self.clause()

    def clause(self) -> Clause:
        name = self.word("field name")
        if self.take("not", "in"):
            return Clause(name, "not in", self.operand_list(), is_list=True)
        if self.take("in"):
            return Clause(name, "in", self.operand_list(), is_list=True)
        if self.take("is", "not"):
            return Clause(name, "is not", (self.operand(),))
        if self.take("is"):
            return Clause(name, "is", (self.operand(),))
        if self.at >= len(self.tokens) or self.tokens[self.at].kind != "operator":
            self.fail(f"operator (the valid operators are {_OPERATORS})")
        operator = self.tokens[self.at].text
        self.at += 1
        return Clause(name, operator, (self.operand(),))

    def operand_list(self) -> tuple[Operand, ...]:
        if not self.take("("):
            # A function that gives a list stands without parentheses.
            return (self.operand(),)
        found = [self.operand()]
        while self.take(","):
            found.append(self.operand())
        if not self.take(")"):
            self.fail("')' or ','")
        return tuple(found)

    def operand(self) -> Operand:
        if self.take("empty") or self.take("null"):
            return Empty()
        quoted = self.at < len(self.tokens) and self.tokens[self.at].kind == "quoted"
        text = self.word("either a value, list or function")
        if quoted or not self.take("("):
            return Value(text, quoted)
        arguments: list[str] = []
        while not self.take(")"):
            if arguments and not self.take(","):
                self.fail("')' or ','")
            arguments.append(self.word("argument"))
        return Function(text, tuple(arguments))

    def order_field(self) -> Order:
        name = self.word("field name to sort by")
        descending = self.take("desc")
        if not descending:
            self.take("asc")
        return Order(name, descending)

    def word(self, expected: str) -> str:
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        if token is None or token.kind not in ("word", "quoted"):
            self.fail(expected)
        if token.kind == "word" and token.text.lower() in RESERVED_WORDS:
            raise JqlError(
                f"Error in the JQL Query: '{token.text}' is a reserved JQL word. You must surround it in "
                f"quotation marks to use it in a query. {_place(self.text, token.at)}"
            )
        self.at += 1
        return _unescape(token.text[1:-1] if token.kind == "quoted" else token.text)


def parse(text: str) -> Query:
    """The syntax tree of a query. Raises JqlError."""
    try:
        return _Parser(text).query()
    except RecursionError:
        raise JqlError("Error in the JQL Query: The query is too deeply nested.") from None


def structure(query: Query) -> dict[str, Any]:
    """The tree in the shape of `POST /jql/parse`."""
    shown: dict[str, Any] = {}
    if query.where is not None:
        shown["where"] = _shape(query.where)
    if query.order:
        shown["orderBy"] = {
            "fields": [
                {"field": _field(entry.field), "direction": "desc" if entry.descending else "asc"}
                for entry in query.order
            ]
        }
    return shown


def _field(name: str) -> dict[str, str]:
    return {"name": name, "encodedName": f'"{name}"' if " " in name else name}


def _shape(node: Node) -> dict[str, Any]:
    match node:
        case Group(operator=operator, parts=parts):
            return {"clauses": [_shape(part) for part in parts], "operator": operator}
        case Negation(part=part):
            return {"clauses": [_shape(part)], "operator": "not"}
        case Clause(field=name, operator=operator, operands=operands, is_list=is_list):
            shown = [_operand(operand) for operand in operands]
            return {
                "field": _field(name),
                "operator": operator,
                "operand": {"values": shown} if is_list else shown[0],
            }


def _operand(operand: Operand) -> dict[str, Any]:
    match operand:
        case Value(text=text, quoted=quoted):
            return {"value": text, "encodedValue": f'"{text}"' if quoted else text}
        case Function(name=name, arguments=arguments):
            return {"function": name, "arguments": list(arguments)}
        case Empty():
            return {"keyword": "empty"}
