"""Reads a Snowflake Scripting block into steps; every step knows the line that it stands on."""

from dataclasses import dataclass, field

from sqlglot.tokens import Token, TokenType

from snow_local.engine import errors
from snow_local.sql.split import opens_block, tokens, word


@dataclass
class Step:
    """One step; `kind` says which members mean something."""

    kind: str
    line: int
    name: str = ""
    text: str = ""
    steps: list["Step"] = field(default_factory=list)
    branches: list[tuple[str, list["Step"]]] = field(default_factory=list)
    declares: list["Step"] = field(default_factory=list)
    extra: str = ""


def is_block(statement: str) -> bool:
    """Whether a statement is an anonymous block."""
    found = tokens(statement)
    if not found:
        return False
    following = found[1] if len(found) > 1 else None
    return word(found[0]) == "DECLARE" or opens_block(found[0], following)


def read(text: str) -> Step:
    """The steps of one block; SqlError 001003 where it cannot be read."""
    reader = _Reader(text)
    block = reader.block()
    reader.sign(TokenType.SEMICOLON)
    if reader.token is not None:
        raise reader.wrong()
    return block


class _Reader:
    def __init__(self, text: str):
        self._text = text
        self._tokens = tokens(text)
        self._at = 0

    # -- tokens --------------------------------------------------------------------------------

    @property
    def token(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def wrong(self) -> errors.SqlError:
        token = self.token
        if token is None:
            return errors.syntax("unexpected '<EOF>'.")
        return errors.syntax(
            f"line {token.line} at position {token.col} unexpected '{token.text}'."
        )

    def peek(self, offset: int = 0) -> str:
        at = self._at + offset
        return word(self._tokens[at]) if at < len(self._tokens) else ""

    def take(self, *words: str) -> bool:
        if all(self.peek(index) == item for index, item in enumerate(words)):
            self._at += len(words)
            return True
        return False

    def need(self, *words: str) -> None:
        if not self.take(*words):
            raise self.wrong()

    def sign(self, kind: TokenType) -> bool:
        if self.token is not None and self.token.token_type == kind:
            self._at += 1
            return True
        return False

    def semicolon(self) -> None:
        if not self.sign(TokenType.SEMICOLON):
            raise self.wrong()

    def name(self) -> str:
        token = self.token
        if token is None:
            raise self.wrong()
        self._at += 1
        return token.text if token.token_type == TokenType.IDENTIFIER else token.text.upper()

    def until(self, *words: str) -> str:
        """The text before a word, or a semicolon, outside of parentheses and CASE."""
        start, depth, cases = self.token, 0, 0
        if start is None:
            raise self.wrong()
        while self.token is not None:
            kind, name = self.token.token_type, self.peek()
            if depth == 0 and cases == 0 and (kind == TokenType.SEMICOLON or name in words):
                break
            depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(kind, 0)
            if name == "CASE":
                cases += 1
            elif name == "END" and cases:
                cases -= 1
            self._at += 1
        end = self._tokens[self._at - 1].end + 1
        return self._text[start.start : end] if end > start.start else ""

    # -- blocks --------------------------------------------------------------------------------

    def block(self) -> Step:
        made = Step("block", self.token.line if self.token else 1)
        if self.take("DECLARE"):
            while self.peek() != "BEGIN":
                made.declares.append(self.declaration())
        self.need("BEGIN")
        made.steps = self.steps("END", "EXCEPTION")
        if self.take("EXCEPTION"):
            while self.take("WHEN"):
                names = self.until("THEN")
                self.need("THEN")
                made.branches.append((names, self.steps("WHEN", "END")))
        self.need("END")
        if self.token is not None and self.token.token_type == TokenType.VAR:
            self._at += 1  # a label
        return made

    def steps(self, *ends: str) -> list[Step]:
        found = []
        while self.peek() not in ends:
            if self.token is None:
                raise self.wrong()
            if self.sign(TokenType.SEMICOLON):
                continue
            found.append(self.step())
        return found

    def declaration(self) -> Step:
        """`name [type] [DEFAULT | :=] expression ;` and the declarations of cursors and such."""
        line, name = self.token.line, self.name()
        if self.take("CURSOR", "FOR"):
            made = Step("cursor", line, name, self.until())
        elif self.take("RESULTSET"):
            text = self.until() if self._assigns() else ""
            made = Step("resultset", line, name, text)
        elif self.take("EXCEPTION"):
            made = Step("exception", line, name, self.until() if self.peek() == "(" else "")
        else:
            kind = ""
            if not self._is_assign() and self.token.token_type != TokenType.SEMICOLON:
                kind = self.until("DEFAULT", ":=")
            text = self.until() if self._assigns() else "NULL"
            made = Step("let", line, name, text, extra=kind)
        self.semicolon()
        return made

    def _is_assign(self) -> bool:
        return self.peek() in (":=", "DEFAULT")

    def _assigns(self) -> bool:
        return self.take(":=") or self.take("DEFAULT")

    # -- steps ---------------------------------------------------------------------------------

    def step(self) -> Step:
        line, head = self.token.line, self.peek()
        following = self._tokens[self._at + 1] if self._at + 1 < len(self._tokens) else None
        if head == "DECLARE" or opens_block(self.token, following):
            made = self.block()
            self.semicolon()
            return made
        if head == "LET":
            self._at += 1
            return self.declaration()
        work = {
            "IF": self.branch,
            "FOR": self.loop_for,
            "WHILE": self.loop_while,
            "REPEAT": self.loop_repeat,
            "LOOP": self.loop,
        }.get(head)
        if head == "CASE":
            work = self.case
        if work is not None:
            made = work()
            made.line = line
            self.semicolon()
            return made
        made = self.simple(head)
        made.line = line
        self.semicolon()
        return made

    def simple(self, head: str) -> Step:
        if head in ("RETURN", "RAISE", "BREAK", "EXIT", "CONTINUE", "ITERATE", "NULL"):
            self._at += 1
            empty = self.token is None or self.token.token_type == TokenType.SEMICOLON
            kind = {"EXIT": "break", "ITERATE": "continue"}.get(head, head.lower())
            return Step(kind, 0, text="" if empty else self.until())
        if head in ("OPEN", "CLOSE"):
            self._at += 1
            return Step(
                head.lower(), 0, self.name(), self.until() if self.peek() == "USING" else ""
            )
        if head == "FETCH":
            self._at += 1
            name = self.name()
            self.need("INTO")
            return Step("fetch", 0, name, self.until())
        if self.peek(1) == ":=":
            name = self.name()
            self.take(":=")
            return Step("let", 0, name, self.until(), extra="=")
        return Step("sql", 0, text=self.until())

    def branch(self) -> Step:
        made = Step("if", 0)
        self.need("IF")
        while True:
            condition = self.until("THEN")
            self.need("THEN")
            made.branches.append((condition, self.steps("ELSEIF", "ELSE", "END")))
            if not self.take("ELSEIF"):
                break
        if self.take("ELSE"):
            made.steps = self.steps("END")
        self.need("END", "IF")
        return made

    def case(self) -> Step:
        made = Step("if", 0)
        self.need("CASE")
        subject = "" if self.peek() == "WHEN" else self.until("WHEN")
        while self.take("WHEN"):
            value = self.until("THEN")
            self.need("THEN")
            condition = f"({subject}) = ({value})" if subject else value
            made.branches.append((condition, self.steps("WHEN", "ELSE", "END")))
        if self.take("ELSE"):
            made.steps = self.steps("END")
        self.need("END")
        self.take("CASE")
        return made

    def loop_for(self) -> Step:
        self.need("FOR")
        made = Step("for", 0, self.name())
        self.need("IN")
        made.extra = "reverse" if self.take("REVERSE") else ""
        first = self.until("TO", "DO", "LOOP")
        if self.take("TO"):
            made.kind = "count"
            made.branches = [(first, []), (self.until("DO", "LOOP"), [])]
        made.text = first
        self._body(made, "FOR")
        return made

    def loop_while(self) -> Step:
        self.need("WHILE")
        made = Step("while", 0, text=self.until("DO", "LOOP"))
        self._body(made, "WHILE")
        return made

    def _body(self, made: Step, what: str) -> None:
        word_ = "DO" if self.take("DO") else "LOOP"
        if word_ == "LOOP":
            self.need("LOOP")
        made.steps = self.steps("END")
        if not self.take("END", what):
            self.need("END", "LOOP")

    def loop_repeat(self) -> Step:
        self.need("REPEAT")
        made = Step("repeat", 0, steps=self.steps("UNTIL"))
        self.need("UNTIL")
        made.text = self.until("END")
        self.need("END", "REPEAT")
        return made

    def loop(self) -> Step:
        self.need("LOOP")
        made = Step("loop", 0, steps=self.steps("END"))
        self.need("END", "LOOP")
        return made
