"""`python -m benchmarks [NAME ...]`: run all modules, or those that are named, and print one table."""

import sys
from importlib import import_module

MODULES = (
    "due_dates",
    "sweep",
    "pages",
    "scale",
    "starting",
    "tenancy",
    "audit",
    "statistics",
    "figures",
    "days_off",
    "backup",
    "search",
    "letters",
    "batches",
    "incoming",
)
"""Each has `measure()`, which returns lines of what was measured, the figure, and its unit."""


def main(names: tuple[str, ...]) -> int:
    """Run them; a module that cannot be loaded is told, and is a failure."""
    failed = 0
    for name in names:
        try:
            module = import_module(f"benchmarks.{name}")
        except ImportError as missing:
            print(f"{name}: {missing}", file=sys.stderr)
            failed += 1
            continue
        for what, figure, unit in module.measure():
            print(f"{what:<56} {figure:>14,.2f} {unit}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:]) or MODULES))
