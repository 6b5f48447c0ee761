"""Sharing calendars between accounts: rules, the mails about them, and accepting what was offered."""

from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.sharing.acls import NOBODY, Rule
from ce_calendar.sandbox.google.sharing.calendar_lists import Entry
from ce_calendar.sandbox.google.world import Account, World


def share(world: World, calendar: Calendar, scope_type: str, value: str, role: str) -> Rule:
    """Let a scope have a role, or none; whoever then has none loses the calendar from the list."""
    before = calendar.acl.version
    rule = calendar.acl.put(scope_type, value, role)
    if calendar.acl.version == before:
        return rule
    world.acl_changed(calendar)
    met = (
        world.accounts.values() if scope_type != "user" else [world.accounts[value]] if value in world.accounts else []
    )
    for account in met:
        # The entry first: most accounts have none, and then nothing needs to be worked out.
        if account.calendar_list.get(calendar.id) and world.role(account, calendar) == NOBODY:
            account.calendar_list.remove(calendar.id)
            world.calendar_list_changed(account)
    return rule


def mail(world: World, calendar: Calendar, rule: Rule) -> None:
    """Put into the outbox what Google would write to somebody a calendar is shared with."""
    if rule.scope_type in ("user", "group") and rule.role != NOBODY:
        world.mails.post({"kind": "sharing", "to": rule.value, "about": calendar.id})
        world.dirty = True


def accept(world: World, account: Account, calendar: Calendar, *, selected: bool = True) -> Entry:
    """Put a calendar on the list of an account that may see it."""
    if account.calendar_list.get(calendar.id) is None:
        world.calendar_list_changed(account)
    return account.calendar_list.add(calendar.id, selected=selected)


def invitations(world: World, account: Account) -> list[Calendar]:
    """Return the calendars shared with an account by name that are not on its list."""
    rule = f"user:{account.email}"
    listed = account.entries
    return [each for each in world.calendars.values() if each.id not in listed and each.acl.get(rule)]
