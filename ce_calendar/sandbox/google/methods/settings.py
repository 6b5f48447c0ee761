"""settings: what an account has chosen in the web interface."""

import json

from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.methods.task import Handler, Json, Task
from ce_calendar.sandbox.google.paging import Feed


def settings_list(task: Task) -> str:
    """Answer settings.list."""
    preferences = task.account.preferences

    def settings(since: int | None) -> list[Json]:
        names = preferences.values if since is None else preferences.versions
        return [preferences.resource(name) for name in names if since is None or preferences.versions[name] > since]

    feed = Feed(f"settings:{task.account.email}", preferences.version, preferences.epoch)
    page = task.world.pager.page(feed, task.params, settings)
    return json.dumps({"kind": "calendar#settings", "etag": feed.etag, **page})


def settings_get(task: Task) -> str:
    """Answer settings.get."""
    name = task.params["setting"]
    if name not in task.account.preferences.values:
        raise GoogleError(404, "notFound", "Not Found")
    return json.dumps(task.account.preferences.resource(name))


HANDLERS: dict[str, Handler] = {
    "settings.list": settings_list,
    "settings.get": settings_get,
}
