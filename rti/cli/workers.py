"""Processes that serve on one socket: forked after everything was imported, and replaced when they end."""

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

import structlog

from rti.core.db import PROCESS, PROCESS_NAMED

STOP_SECONDS = 10
_LOOK = 0.1
"""Seconds between two checks whether all workers run."""
_AGAIN = 1.0
"""Seconds before a worker that ended is replaced, so that one that cannot start does not keep the machine busy."""
_KEPT = "SERVING_ON"
"""The environment variable by which a restarted server finds its socket, and the pipe that its workers watch."""
log = structlog.get_logger()
_asked: list[int] = []
"""The signals that came."""


def interrupt(number: int, _: FrameType | None) -> None:
    """Stop a start that is going on. Where the exception gets lost, as in a finalizer, `supervise` still knows."""
    _asked.append(number)
    raise KeyboardInterrupt


def kept_socket() -> socket.socket | None:
    """The socket of the server that became this one on SIGHUP."""
    return socket.socket(fileno=int(os.environ[_KEPT].split()[0])) if _KEPT in os.environ else None


def spare_collections() -> None:
    """Keep garbage collection from writing to imported modules, so that all workers share their memory; and as a collection stops
    everybody, seldom look through large tables."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 50)


def supervise(work: Callable[[], None], count: int, listening: socket.socket) -> None:
    """Keep `count` processes running `work` until SIGTERM or SIGINT; they finish what they are doing first.

    On SIGHUP, if that would start, this process becomes a new one, with the program and the key file as they are then, under the same
    number and on the same socket: who asks meanwhile is answered by the workers before or after it.
    """
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda came, _: _asked.append(came))
    if before := os.environ.pop(_KEPT, ""):
        os.close(int(before.split()[1]))
    spare_collections()
    end, hold = os.pipe()
    workers: set[int] = set()
    while not {signal.SIGTERM, signal.SIGINT} & {*_asked}:
        if _asked and _asked.pop() and _could_start():
            _become_new(listening, hold)
        workers.update(_forked(work, end, hold) for _ in range(count - len(workers)))
        time.sleep(_LOOK)
        ended = _ended() & workers
        workers -= ended
        if ended:
            log.warning("workers_replaced", count=len(ended))
            time.sleep(_AGAIN)
    os.close(hold)
    _await_end(workers)


def _forked(work: Callable[[], None], end: int, hold: int) -> int:
    """A process that works until it is told to stop, or until nobody holds the pipe open."""
    if number := os.fork():
        return number
    status = 1
    try:
        os.close(hold)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        end_with(end)
        work()
        status = 0
    except SystemExit as ended:
        status = int(ended.code or 0)
    except Exception:
        log.exception("worker_failed")
    finally:
        os._exit(status)


def end_with(pipe: int) -> None:
    """End this process when the other end of a pipe closes, even by kill -9 of all who hold it."""

    def watch() -> None:
        # Not through sys.stdin: its lock, held by this thread, would crash the interpreter on its way out.
        while os.read(pipe, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def _ended() -> set[int]:
    """The children that ended since the last look; those of the server before this one are among them."""
    found: set[int] = set()
    while True:
        try:
            number, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if not number:
            return found
        found.add(number)


def _become_new(listening: socket.socket, hold: int) -> None:
    listening.set_inheritable(True)
    os.set_inheritable(hold, True)
    os.environ |= {_KEPT: f"{listening.fileno()} {hold}", PROCESS_NAMED: PROCESS}
    command = _command()
    os.execv(command[0], command)  # noqa: S606 -- our own command


def _command() -> list[str]:
    return [sys.executable, "-m", "rti", *sys.argv[1:]]


def _could_start() -> bool:
    """Whether the current program on the disk would start; if not, this one goes on, and the log says why."""
    tried = subprocess.run([*_command(), "--check"], stdin=subprocess.DEVNULL, check=False)  # noqa: S603 -- our own command
    if tried.returncode:
        log.error("not_started_anew", status=tried.returncode)
    return tried.returncode == 0


def _await_end(workers: set[int]) -> None:
    until = time.monotonic() + STOP_SECONDS
    while workers and time.monotonic() < until:
        workers -= _ended()
        time.sleep(_LOOK / 4)
    for number in workers:
        os.kill(number, signal.SIGKILL)
