import asyncio
from collections.abc import Awaitable, Callable
from threading import Thread
from typing import Any

from ce_calendar.web.live import LivePages

QUICK = 0.01


class Tabs:
    """Connected tabs, and what they were told."""

    def __init__(self, *tokens: str) -> None:
        self.connected = set(tokens)
        self.pushed: list[tuple[str, Any]] = []
        self.busy: asyncio.Future[Any] | None = None

    async def push(self, token: str, refresh: Any) -> asyncio.Future[Any] | None:
        if refresh == "broken":
            raise RuntimeError("this tab cannot be told")
        self.pushed.append((token, refresh))
        return self.busy

    @property
    def tokens(self) -> list[str]:
        return [token for token, _ in self.pushed]


def watching(pages: LivePages, tabs: Tabs, act: Callable[[], Awaitable[None]], *, tick_seconds: float = 60) -> None:
    async def scene() -> None:
        runner = asyncio.create_task(
            pages.run(connected=lambda: tabs.connected, push=tabs.push, gather_seconds=QUICK, tick_seconds=tick_seconds)
        )
        await asyncio.sleep(0)
        await act()
        await asyncio.sleep(6 * QUICK)
        runner.cancel()
        await asyncio.gather(runner, return_exceptions=True)

    asyncio.run(scene())


def watch(pages: LivePages, token: str, *, organization_id: str = "o1", refresh: str = "refresh") -> None:
    pages.watch(token, organization_id=organization_id, topics={"connections"}, refresh=refresh)


def test_many_announcements_of_a_moment_lead_to_one_refresh_per_tab() -> None:
    pages, tabs = LivePages(), Tabs("a", "b")
    watch(pages, "a")
    watch(pages, "b")

    async def act() -> None:
        for _ in range(20):
            pages.announce("o1", "connections")

    watching(pages, tabs, act)
    assert sorted(tabs.tokens) == ["a", "b"]


def test_other_organizations_and_other_topics_are_not_told() -> None:
    pages, tabs = LivePages(), Tabs("a", "b")
    watch(pages, "a")
    watch(pages, "b", organization_id="o2")

    async def act() -> None:
        pages.announce("o1", "contacts")
        pages.announce("o2", "connections")

    watching(pages, tabs, act)
    assert tabs.tokens == ["b"]


def test_an_announcement_from_a_thread_arrives() -> None:
    pages, tabs = LivePages(), Tabs("a")
    watch(pages, "a")

    async def act() -> None:
        worker = Thread(target=pages.announce, args=("o1", "connections"))
        worker.start()
        await asyncio.to_thread(worker.join)

    watching(pages, tabs, act)
    assert tabs.tokens == ["a"]


def test_an_announcement_before_the_start_is_not_lost() -> None:
    pages, tabs = LivePages(), Tabs("a")
    watch(pages, "a")
    pages.announce("o1", "connections")

    async def act() -> None:
        await asyncio.sleep(0)

    watching(pages, tabs, act)
    assert tabs.tokens == ["a"]


def test_announcing_with_nobody_there_never_fails() -> None:
    pages, tabs = LivePages(), Tabs()

    async def act() -> None:
        pages.announce("o1", "connections")

    watching(pages, tabs, act)
    pages.announce("o1", "connections")  # after the loop is gone
    assert tabs.pushed == []


def test_a_tab_that_is_away_is_not_told() -> None:
    pages, tabs = LivePages(), Tabs()
    watch(pages, "a")

    async def act() -> None:
        pages.announce("o1", "connections")

    watching(pages, tabs, act)
    assert tabs.pushed == []
    assert "a" in pages.pages


def test_a_tab_that_stays_away_is_forgotten() -> None:
    pages, tabs = LivePages(), Tabs()
    watch(pages, "a")
    pages.pages["a"].last_seen -= 1000

    async def act() -> None:
        pages.announce("o1", "connections")

    watching(pages, tabs, act)
    assert pages.pages == {}


def test_a_busy_tab_is_told_again_when_it_is_done() -> None:
    pages, tabs = LivePages(), Tabs("a")
    watch(pages, "a")

    async def act() -> None:
        tabs.busy = asyncio.get_running_loop().create_future()
        pages.announce("o1", "connections")
        await asyncio.sleep(4 * QUICK)
        pages.announce("o1", "connections")
        await asyncio.sleep(4 * QUICK)
        assert tabs.tokens == ["a"]
        watch(pages, "a")  # the refresh signs up again while it runs
        tabs.busy.set_result(None)

    watching(pages, tabs, act)
    assert tabs.tokens == ["a", "a"]


def test_a_tab_that_cannot_be_told_does_not_silence_the_others() -> None:
    pages, tabs = LivePages(), Tabs("a", "b")
    watch(pages, "a", refresh="broken")
    watch(pages, "b")

    async def act() -> None:
        pages.announce("o1", "connections")

    watching(pages, tabs, act)
    assert tabs.tokens == ["b"]


def test_open_pages_read_again_with_the_clock() -> None:
    pages, tabs = LivePages(), Tabs("a")
    watch(pages, "a")

    async def act() -> None:
        await asyncio.sleep(8 * QUICK)

    watching(pages, tabs, act, tick_seconds=2 * QUICK)
    assert len(tabs.tokens) >= 2


def test_a_page_without_a_token_is_not_watched() -> None:
    pages = LivePages()
    watch(pages, "")
    assert pages.pages == {}


def test_a_new_page_of_a_tab_replaces_the_old_one() -> None:
    pages = LivePages()
    watch(pages, "a", refresh="one")
    watch(pages, "a", refresh="two")
    assert [page.refresh for page in pages.pages.values()] == ["two"]
    pages.forget("a")
    pages.forget("a")
    assert pages.pages == {}
