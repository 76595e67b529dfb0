"""The process of one run: Dagster's own command, gone as soon as it is through.

An interpreter that ends looks through all that was loaded for garbage. That kept the
process of a cancelled run for 1.6 s of processor time after the run had its final state.
"""

import atexit
import gc
import sys


def main() -> None:
    """Carry out Dagster's command; what is there in the end goes with the process."""
    from dagster._cli import main as dagster

    atexit.register(gc.freeze)
    dagster()


if __name__ == "__main__" and sys.stdin.read(1):  # nothing where who asked has gone
    main()
