"""CPU-bound work, in a separate process."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


async def beside(work: Callable[[Given], Made], parts: AsyncIterator[Given]) -> AsyncGenerator[Made, None]:
    """What a function makes of each part, in their order; one part alone is done in a thread of this process.

    While one part is worked on the next is fetched. The function and what it is given and returns are plain values.
    """
    first = await anext(parts, None)
    second = await anext(parts, None)
    if first is None:
        return
    if second is None:
        yield await asyncio.to_thread(work, first)
        return
    loop = asyncio.get_running_loop()
    pool = ProcessPoolExecutor(1, get_context("spawn"))
    try:
        waiting = [loop.run_in_executor(pool, work, part) for part in (first, second)]
        async for part in parts:
            waiting.append(loop.run_in_executor(pool, work, part))
            yield await waiting.pop(0)
        for made in waiting:
            yield await made
    finally:
        await asyncio.to_thread(pool.shutdown, cancel_futures=True)
