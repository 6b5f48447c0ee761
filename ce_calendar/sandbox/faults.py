"""Faults on order: what the control API asked to go wrong, and how often still."""

import asyncio
from dataclasses import dataclass


@dataclass(slots=True)
class Fault:
    """One order: requests of this operation are delayed, refused or cut."""

    operation: str
    """An operation's name, or ``*`` for all of them."""
    status: int | None = None
    reason: str | None = None
    retry_after: int | None = None
    """Seconds, sent as the header Retry-After."""
    latency_ms: int = 0
    times: int | None = None
    """How many requests it still meets; None until the faults are deleted."""
    drop: bool = False
    """Cut the connection instead of answering."""

    def meets(self, operation: str) -> bool:
        """Whether a request of this operation falls under the order."""
        return self.operation in ("*", operation) and self.times != 0


class FaultMetError(Exception):
    """A request met a fault that refuses it or cuts its connection."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.operation)
        self.fault = fault


class Faults:
    """The orders in force, oldest first; the first that fits a request is the one it meets."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put one more order in force."""
        self._orders.append(fault)

    def clear(self) -> None:
        """Let everything work again."""
        self._orders.clear()

    async def meet(self, operation: str) -> None:
        """Use up one turn of the first fitting order and wait out its latency.

        Raises:
            FaultMetError: the request shall not be answered as usual.
        """
        fault = next((order for order in self._orders if order.meets(operation)), None)
        if fault is None:
            return
        if fault.times is not None:
            fault.times -= 1
            self._orders = [order for order in self._orders if order.times != 0]
        if fault.latency_ms:
            await asyncio.sleep(fault.latency_ms / 1000)
        if fault.drop or fault.status is not None:
            raise FaultMetError(fault)
