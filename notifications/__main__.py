"""`python -m notifications`: the scheduler as a process of its own."""

import asyncio
import os
import sys

from notifications.timetable import run
from rti import embedded
from rti.settings import Settings, SettingsFault


def main() -> int:
    """Run until told to end; exit status 2 for wrong settings."""
    try:
        given = Settings.from_env(os.environ)
    except SettingsFault as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    with embedded.completed(given) as settings:
        asyncio.run(run(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
