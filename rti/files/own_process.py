"""What a process that reads the files of strangers does to itself before it reads any."""

import resource

MEMORY, CPU_SECONDS = 512 * 1024 * 1024, 5


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
