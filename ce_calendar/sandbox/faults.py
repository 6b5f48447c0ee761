"""Faults on order: what the control API asked to go wrong, for whom, and how often."""

from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Any

_SPENT = 1000
"""How many orders are shown after they struck as often as was asked for."""


@dataclass(slots=True)
class Fault:
    """One order: requests of this operation are delayed, refused, spoiled or cut."""

    operation: str
    """An operation's name, or ``*`` for all of them."""
    status: int | None = None
    reason: str | None = None
    retry_after: int | None = None
    """Seconds, sent as the header Retry-After."""
    retry_after_date: bool = False
    """Whether Retry-After names the moment instead, as HTTP also allows."""
    latency_ms: int = 0
    drop: bool = False
    """Cut the connection instead of answering."""
    body: str | None = None
    """``cut``: the connection breaks in the middle of the body; ``html``: a web page comes instead of JSON."""
    after: bool = False
    """Whether the request is carried out first, so that the client never hears of what it did."""
    times: int | None = None
    """How many requests it meets; None until the faults are deleted."""
    skip: int = 0
    """How many fitting requests it lets pass first."""
    every: int = 1
    """Of the fitting requests after those, it meets every so manieth."""
    probability: float | None = None
    """Of those in turn, it meets each with this probability."""
    seed: int = 0
    """What the probability's chances begin with; the same seed gives the same chances."""
    account: str | None = None
    """The email of the only account it is for."""
    client: str | None = None
    """The client id of the only application it is for."""
    number: int = 0
    """Which order it is, counted since the last reset."""
    seen: int = 0
    """How many fitting requests came to it."""
    struck: int = 0
    """How many of them it met."""
    _chances: Random = field(init=False)

    def __post_init__(self) -> None:
        self._chances = Random(self.seed)  # noqa: S311 - chances that can be repeated, no secrets

    @property
    def spent(self) -> bool:
        """Whether it struck as often as was asked for."""
        return self.times is not None and self.struck >= self.times

    def fits(self, operation: str, account: str | None, client: str | None) -> bool:
        """Whether a request falls under the order; one whose account nobody knows is not any account's."""
        return (
            self.operation in ("*", operation)
            and self.account in (None, account)
            and self.client in (None, client)
            and not self.spent
        )

    def strikes(self) -> bool:
        """Count a fitting request, and say whether it is one that the order meets."""
        self.seen += 1
        turn = self.seen - self.skip
        if turn < 1 or turn % self.every:
            return False
        if self.probability is not None and self._chances.random() >= self.probability:
            return False
        self.struck += 1
        return True

    def to_json(self) -> dict[str, Any]:
        """Return the order as it was given, without what was left out, and what became of it."""
        order = {
            "n": self.number,
            "operation": self.operation,
            "status": self.status,
            "reason": self.reason,
            "retry_after": self.retry_after,
            "retry_after_date": self.retry_after_date or None,
            "latency_ms": self.latency_ms or None,
            "drop": self.drop or None,
            "body": self.body,
            "when": "after" if self.after else None,
            "times": self.times,
            "skip": self.skip or None,
            "every": None if self.every == 1 else self.every,
            "probability": self.probability,
            "seed": None if self.probability is None else self.seed,
            "account": self.account,
            "client": self.client,
        }
        given = {name: value for name, value in order.items() if value is not None}
        return given | {"in_force": not self.spent, "seen": self.seen, "struck": self.struck}


class Faults:
    """The orders, oldest first; the first that fits a request and strikes is the one it meets.

    A request that an older order met does not count for the younger ones.
    """

    def __init__(self) -> None:
        self._orders: list[Fault] = []
        self._spent: deque[Fault] = deque(maxlen=_SPENT)
        self._last = 0

    def add(self, fault: Fault) -> None:
        """Put one more order in force."""
        self._last += 1
        fault.number = self._last
        self._orders.append(fault)

    def clear(self) -> None:
        """Let everything work again, and forget what struck."""
        self._orders.clear()
        self._spent.clear()
        self._last = 0

    def to_json(self) -> list[dict[str, Any]]:
        """Return the orders, those that are spent too."""
        return [fault.to_json() for fault in sorted([*self._spent, *self._orders], key=lambda fault: fault.number)]

    def strike(self, operation: str, account: str | None = None, client: str | None = None) -> Fault | None:
        """Return the order that this request meets, if there is one, and use up one of its turns.

        Args:
            operation: the name the log has.
            account: the email of whose token it is, if that is known.
            client: the client id of whose token it is, if that is known.
        """
        for fault in self._orders:
            if fault.fits(operation, account, client) and fault.strikes():
                if fault.spent:
                    self._orders.remove(fault)
                    self._spent.append(fault)
                return fault
        return None
