"""A real, small JQL: text to syntax tree, with Jira's own words for what is wrong.

Grammar: clauses joined by and/or/not and parentheses, then ORDER BY. It agrees with Atlassian's own parser
(npm `@atlaskit/jql-ast`) on what a query is; which fields can be asked what is for `jql_fields` to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from connectors.sandbox.jira.jql_tokens import JqlError, Token, place, tokens, unescape
from connectors.sandbox.jira.jql_words import RESERVED_WORDS


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
class Predicate:
    """What narrows a search of the history: `after startOfDay()`, `by (ann, ben)`."""

    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """`is_list` tells `field in (a)` from `field = a`; a `changed` clause has no operands."""

    field: str
    operator: str
    operands: tuple[Operand, ...]
    is_list: bool = False
    predicates: tuple[Predicate, ...] = ()


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
class OrderBy:
    field: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    where: Node | None
    order: tuple[OrderBy, ...]


_OPERATORS = "'=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'"
_ORDERED = frozenset({"<", ">", "<=", ">="})
_PREDICATES = ("after", "before", "by", "during", "from", "on", "to")
_KEYWORDS = frozenset({"was", "changed", "during"})
"""Words of the grammar that are not on Jira's list of reserved ones, and cannot be used as they stand either."""


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
        where = place(self.text, token.at)
        raise JqlError(f"Error in the JQL Query: Expecting {expected} but got '{token.text}'. {where}")

    def query(self) -> Query:
        where = None if not self.tokens or self.peek("order", "by") else self.any_of()
        order: list[OrderBy] = []
        if self.take("order", "by"):
            order.append(self.order_field())
            while self.take(","):
                order.append(self.order_field())
        if self.at < len(self.tokens):
            self.fail("either 'OR' or 'AND'" if not order else "','")
        return Query(where, tuple(order))

    def any_of(self) -> Node:
        parts = [self.all_of()]
        while self.take("or") or self.take("||") or self.take("|"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else Group("or", tuple(parts))

    def all_of(self) -> Node:
        parts = [self.one()]
        while self.take("and") or self.take("&&") or self.take("&"):
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
        name = self.field("field name")
        if self.take("changed"):
            return Clause(name, "changed", (), predicates=self.predicates())
        if self.take("was"):
            return self.was(name)
        if self.take("not", "in"):
            return self.listing(name, "not in")
        if self.take("in"):
            return self.listing(name, "in")
        if self.take("is", "not"):
            return Clause(name, "is not", self.emptiness(name, "is not"))
        if self.take("is"):
            return Clause(name, "is", self.emptiness(name, "is"))
        if self.at >= len(self.tokens) or self.tokens[self.at].kind != "operator":
            self.fail(f"operator (the valid operators are {_OPERATORS})")
        operator = self.tokens[self.at].text
        self.at += 1
        return Clause(name, operator, (self.operand(may_be_empty=operator not in _ORDERED),))

    def was(self, name: str) -> Clause:
        operator = "was not" if self.take("not") else "was"
        if self.take("in"):
            return self.listing(name, f"{operator} in")
        return Clause(name, operator, (self.operand(),), predicates=self.predicates())

    def listing(self, name: str, operator: str) -> Clause:
        is_list = self.peek("(")
        operands = self.operand_list()
        return Clause(name, operator, operands, is_list, self.predicates() if "was" in operator else ())

    def predicates(self) -> tuple[Predicate, ...]:
        found: list[Predicate] = []
        while (operator := next((word for word in _PREDICATES if self.take(word)), None)) is not None:
            is_list = self.peek("(")
            found.append(Predicate(operator, self.operand_list() if is_list else (self.operand(),)))
        return tuple(found)

    def emptiness(self, name: str, operator: str) -> tuple[Operand, ...]:
        operand = self.operand()
        if not isinstance(operand, Empty):
            raise JqlError(f"The operator '{operator}' can only be used with 'EMPTY' for the field '{name}'.")
        return (operand,)

    def operand_list(self) -> tuple[Operand, ...]:
        """The operands between parentheses; a list inside the list counts as its parts."""
        if not self.take("("):
            # Only a function, which may give a list, stands without parentheses.
            start, found = self.at, self.operand()
            if not isinstance(found, Function):
                self.at = start
                self.fail("'('")
            return (found,)
        parts = [*self.listed()]
        while self.take(","):
            parts += self.listed()
        if not self.take(")"):
            self.fail("')' or ','")
        return tuple(parts)

    def listed(self) -> tuple[Operand, ...]:
        return self.operand_list() if self.peek("(") else (self.operand(),)

    def operand(self, *, may_be_empty: bool = True) -> Operand:
        if may_be_empty and (self.take("empty") or self.take("null")):
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

    def order_field(self) -> OrderBy:
        name = self.field("field name to sort by")
        descending = self.take("desc")
        if not descending:
            self.take("asc")
        return OrderBy(name, descending)

    def field(self, expected: str) -> str:
        """A field's name, with what narrows it: its kind (`Team[Dropdown]`), or a property of it."""
        name = self.word(expected)
        while self.take("["):
            name += f"[{self.word('a property')}]"
            if not self.take("]"):
                self.fail("']'")
            if self.at < len(self.tokens) and self.tokens[self.at].text.startswith("."):
                name += self.word("a path")
                name += self.word("a path") if name.endswith(".") else ""
        return name

    def word(self, expected: str) -> str:
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        if token is None or token.kind not in ("word", "quoted") or _is_keyword(token):
            self.fail(expected)
        if token.kind == "word" and token.text.lower() in RESERVED_WORDS:
            raise JqlError(
                f"Error in the JQL Query: '{token.text}' is a reserved JQL word. You must surround it in "
                f"quotation marks to use it in a query. {place(self.text, token.at)}"
            )
        self.at += 1
        return unescape(token)


def _is_keyword(token: Token) -> bool:
    return token.kind == "word" and token.text.lower() in _KEYWORDS


def parse(text: str) -> Query:
    """The syntax tree of a query. Raises JqlError."""
    try:
        return _Parser(text).query()
    except RecursionError:
        raise JqlError("Error in the JQL Query: The query is too deeply nested.") from None
