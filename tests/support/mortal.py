"""Processes that die, and databases and providers that fail, at a step a test chooses."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from ce_calendar.domain.errors import ProviderUnavailable
from ce_calendar.ports import UnitOfWork


class Killed(BaseException):
    """The process is dead: nothing in it may act upon this."""


class Power:
    """Counts steps, and fails at one: for good, as a process that is killed, or once, as a disk that was full."""

    def __init__(self, *, fails_at: int = 0, for_good: bool = True) -> None:
        self._fails_at = fails_at
        self._for_good = for_good
        self.steps = 0
        self.is_off = False

    def step(self, error: Exception) -> None:
        """One step of the process; `error` is what it hears if this one fails once."""
        self.steps += 1
        if self.steps == self._fails_at:
            self.is_off = self._for_good
            if not self.is_off:
                raise error
        if self.is_off:
            raise Killed


def mortal_uow(open_uow: Callable[..., AbstractContextManager[UnitOfWork]], power: Power) -> Any:
    """Transactions with three places to fail: before they begin, before they are committed, and right after."""

    @contextmanager
    def opened(*args: Any, **mode: Any) -> Iterator[UnitOfWork]:
        lost = OSError("no connection to the database")
        power.step(lost)
        with open_uow(*args, **mode) as unit:
            yield unit
            power.step(lost)
        power.step(lost)

    return opened


class Wire:
    """A provider at the end of a line that breaks: before a call arrives, or before its answer does."""

    def __init__(self, far_end: object, power: Power) -> None:
        self._far_end = far_end
        self._power = power

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._far_end, name)
        if not callable(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            self._step()
            answer = found(*args, **kwargs)
            if isinstance(answer, Iterator):
                return self._pages(answer)
            self._step()
            return answer

        return call

    def _pages(self, pages: Iterator[Any]) -> Iterator[Any]:
        for page in pages:
            self._step()
            yield page

    def _step(self) -> None:
        self._power.step(ProviderUnavailable("no_answer"))
