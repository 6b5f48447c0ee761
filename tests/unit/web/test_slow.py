"""A provider that hangs, and everybody else."""

import asyncio
import threading

from ce_calendar.web.slow import slowly

FAR_MORE_THAN_THREADS = 100


def test_calls_that_hang_leave_the_other_threads_free() -> None:
    go_on = threading.Event()

    async def scene() -> list[bool]:
        hanging = [asyncio.create_task(slowly(go_on.wait)) for _ in range(FAR_MORE_THAN_THREADS)]
        await asyncio.sleep(0)
        try:
            assert await asyncio.wait_for(asyncio.to_thread(lambda: "here"), 5) == "here"
        finally:
            go_on.set()
        return await asyncio.gather(*hanging)

    assert asyncio.run(scene()) == [True] * FAR_MORE_THAN_THREADS


def test_arguments_pass_through() -> None:
    assert asyncio.run(slowly(int, "ff", base=16)) == 255
