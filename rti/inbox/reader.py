"""Reading a message in a process of its own: `python -m rti.inbox.reader < in > out`.

Strangers write what arrives, so this process limits itself before it reads any of it.
"""

import sys

import msgspec

from rti.files import own_process
from rti.inbox.mail import read


def main() -> None:
    own_process.limit()
    sys.stdout.buffer.write(msgspec.msgpack.encode(read(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
