"""placeholder"""
import asyncio
async def run(settings):
    await asyncio.Event().wait()
