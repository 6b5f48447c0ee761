"""acl: who may do what with a calendar."""

import json

from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.methods.task import Handler, Json, Task
from ce_calendar.sandbox.google.paging import Feed, refuse_with_sync_token
from ce_calendar.sandbox.google.sharing import offers
from ce_calendar.sandbox.google.sharing.acls import NOBODY, Rule, read_role, read_scope


def acl_list(task: Task) -> str:
    """Answer acl.list."""
    calendar = task.calendar("writer")
    acl = calendar.acl
    refuse_with_sync_token(task.params, not_false=("showDeleted",))
    deleted_too = bool(task.params.get("showDeleted"))

    def rules(since: int | None) -> list[Json]:
        # Whoever follows must hear of what was taken away.
        return [
            rule.resource()
            for rule in acl.rules.values()
            if rule.version > (since or 0) and (rule.role != NOBODY or deleted_too or since is not None)
        ]

    feed = Feed(f"acl:{calendar.id}", acl.version, acl.epoch)
    page = task.world.pager.page(feed, task.params, rules)
    return json.dumps({"kind": "calendar#acl", "etag": feed.etag, **page})


def acl_get(task: Task) -> str:
    """Answer acl.get."""
    return json.dumps(_rule(task, task.calendar("writer")).resource())


def acl_insert(task: Task) -> str:
    """Answer acl.insert; a second rule of the same scope takes the place of the first."""
    calendar = task.calendar("owner")
    scope_type, value = read_scope(_scope(task.body))
    return _give(task, calendar, scope_type, value, read_role(task.body.get("role"), scope_type))


def acl_patch(task: Task) -> str:
    """Answer acl.patch."""
    return _change(task)


def acl_update(task: Task) -> str:
    """Answer acl.update."""
    return _change(task)


def _change(task: Task) -> str:
    calendar = task.calendar("owner")
    rule = _rule(task, calendar)
    task.check_etag(rule.etag)
    # A rule is its scope; a body that names one must mean this one.
    if task.body.get("scope") and read_scope(_scope(task.body)) != (rule.scope_type, rule.value):
        raise GoogleError(400, "invalidScopeValue", "Invalid scope value.")
    role = read_role(task.body.get("role") or rule.role, rule.scope_type)
    return _give(task, calendar, rule.scope_type, rule.value, role)


def acl_delete(task: Task) -> None:
    """Answer acl.delete."""
    calendar = task.calendar("owner")
    rule = _rule(task, calendar)
    task.check_etag(rule.etag)
    _check_may_give(task, calendar, rule.scope_type, rule.value, NOBODY)
    offers.share(task.world, calendar, rule.scope_type, rule.value, NOBODY)


def _give(task: Task, calendar: Calendar, scope_type: str, value: str, role: str) -> str:
    _check_may_give(task, calendar, scope_type, value, role)
    before = calendar.acl.version
    rule = offers.share(task.world, calendar, scope_type, value, role)
    if calendar.acl.version > before and task.params.get("sendNotifications", True):
        offers.mail(task.world, calendar, rule)
    return json.dumps(rule.resource())


def _check_may_give(task: Task, calendar: Calendar, scope_type: str, value: str, role: str) -> None:
    if scope_type != "user" or role == "owner":
        return
    if value == calendar.owner:
        message = "Cannot modify the access level of the calendar's data owner."
        own = value == task.account.email
        raise _cannot_change_own() if own else GoogleError(403, "cannotModifyAclOfCalendarOwner", message)
    if value == task.account.email and calendar.acl.get(f"user:{value}"):
        raise _cannot_change_own()


def _cannot_change_own() -> GoogleError:
    return GoogleError(403, "cannotChangeOwnAcl", "Cannot change your own access level.")


def _rule(task: Task, calendar: Calendar) -> Rule:
    rule = calendar.acl.get(task.params["ruleId"])
    if rule is None:
        raise GoogleError(404, "notFound", "Not Found")
    return rule


def _scope(body: Json) -> Json:
    scope = body.get("scope")
    return scope if isinstance(scope, dict) else {}


HANDLERS: dict[str, Handler] = {
    "acl.list": acl_list,
    "acl.get": acl_get,
    "acl.insert": acl_insert,
    "acl.patch": acl_patch,
    "acl.update": acl_update,
    "acl.delete": acl_delete,
}
