"""Calls that wait for a provider. They have threads of their own: a provider that hangs must not stop every page."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

AT_ONCE = 8
"""More than that wait for their turn."""

_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="slow")
"""Starts none before the first call, so that workers may still be forked."""

P = ParamSpec("P")
Answer = TypeVar("Answer")


async def slowly(call: Callable[P, Answer], *args: P.args, **kwargs: P.kwargs) -> Answer:
    """What `asyncio.to_thread` does, elsewhere.

    Every event looks its session up on asyncio's few threads. A handful of syncs on them would keep all others out.
    """
    return await asyncio.get_running_loop().run_in_executor(_threads, partial(call, *args, **kwargs))
