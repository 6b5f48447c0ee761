"""Reading an order for a fault from the control API's input."""

from collections.abc import Callable, Collection

from ce_calendar.sandbox.faults import Fault
from ce_calendar.sandbox.fields import BadInputError, Fields

_MOST = 1_000_000


def read(fields: Fields, operation: Callable[[str], str], emails: Collection[str]) -> Fault:
    """Return the fault that these fields describe.

    Args:
        fields: the control request.
        operation: returns an operation's name as the log has it.
        emails: the accounts there are.

    Raises:
        BadInputError: naming what is wrong.
    """
    named = fields.text("operation")
    if "seed" in fields and "probability" not in fields:
        raise BadInputError("seed: it needs a probability.")
    fault = Fault(
        operation=named if named == "*" else operation(named),
        status=fields.number("status", 400, 599),
        reason=fields.text("reason", "") or None,
        retry_after=fields.number("retry_after", 0, 86_400),
        retry_after_date=fields.flag("retry_after_date"),
        latency_ms=fields.number("latency_ms", 0, 600_000) or 0,
        drop=fields.flag("drop"),
        body=fields.choice("body", "cut", "html"),
        after=fields.choice("when", "before", "after") == "after",
        times=fields.number("times", 1, _MOST),
        skip=fields.number("skip", 0, _MOST) or 0,
        every=fields.number("every", 1, _MOST) or 1,
        probability=fields.fraction("probability"),
        seed=fields.number("seed", 0, 2**63) or 0,
        account=fields.text("account", "").lower() or None,
        client=fields.text("client", "") or None,
    )
    fields.done()
    _check(fault, emails)
    return fault


def _check(fault: Fault, emails: Collection[str]) -> None:
    """Refuse what contradicts itself."""
    if fault.status is None and not fault.drop and not fault.latency_ms and fault.body is None:
        raise BadInputError("A fault needs a status, latency_ms, drop or body.")
    if fault.drop and (fault.status is not None or fault.body is not None):
        raise BadInputError("drop: a cut connection has neither status nor body.")
    if fault.status is None and (fault.reason is not None or fault.retry_after is not None):
        raise BadInputError("reason and retry_after need a status.")
    if fault.retry_after_date and fault.retry_after is None:
        raise BadInputError("retry_after_date: it needs a retry_after.")
    if fault.account is not None and fault.account not in emails:
        raise BadInputError(f"account: there is no {fault.account}.")
