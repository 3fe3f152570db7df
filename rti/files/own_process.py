"""How a process that reads strangers' files limits itself before it reads any."""

import resource

MEMORY, CPU_SECONDS = 512 * 1024 * 1024, 5


def limit(cpu_seconds: int = CPU_SECONDS) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
