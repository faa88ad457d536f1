"""Faults that the next requests run into, in the order in which they were asked for."""

import collections
import dataclasses

STATUS_KINDS = ("400", "401", "403", "404", "429", "500", "502", "503", "504")
BODY_KINDS = ("html", "truncated", "garbage", "reset", "slow", "empty", "redirect")
TOKEN_PREFIX = "token-"
DEFAULT_VALUE = {"429": 1.0, "slow": 1.0}


@dataclasses.dataclass(frozen=True)
class Fault:
    """`value`: seconds to wait with 429 (the header) and slow (before the answer)."""

    kind: str
    value: float = 0.0
    body: bytes = b""  # of kind `answer`: what to say with 200


def parse_fault(text: str) -> list[Fault]:
    """KIND[:COUNT[:VALUE]]; raises ValueError with the reason."""
    kind, _, rest = text.partition(":")
    count, _, value = rest.partition(":")
    known = (*STATUS_KINDS, *BODY_KINDS)
    if kind.removeprefix(TOKEN_PREFIX) not in known:
        raise ValueError(f'unknown fault "{kind}": one of {" ".join(known)}, or token-STATUS')
    if kind.startswith(TOKEN_PREFIX) and kind.removeprefix(TOKEN_PREFIX) not in STATUS_KINDS:
        raise ValueError(f'fault "{kind}": the token endpoint has status faults only')
    seconds = float(value) if value else DEFAULT_VALUE.get(kind, 0.0)
    return [Fault(kind, seconds)] * (int(count) if count else 1)


class Faults:
    """Two queues: data requests and token requests fail independently."""

    def __init__(self, texts: list[str]):
        self._data: collections.deque[Fault] = collections.deque()
        self._token: collections.deque[Fault] = collections.deque()
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        for fault in parse_fault(text):
            if fault.kind.startswith(TOKEN_PREFIX):
                self._token.append(Fault(fault.kind.removeprefix(TOKEN_PREFIX), fault.value))
            else:
                self._data.append(fault)

    def add_answer(self, body: bytes) -> None:
        self._data.append(Fault("answer", body=body))

    def next_data(self) -> Fault | None:
        return self._data.popleft() if self._data else None

    def next_token(self) -> Fault | None:
        return self._token.popleft() if self._token else None

    def clear(self) -> None:
        self._data.clear()
        self._token.clear()

    def waiting(self) -> int:
        return len(self._data) + len(self._token)
