"""`make faults`: the long fault campaigns, with the figures of docs/reliability.md.

    python -m tests.faults [CAMPAIGN …] [--count N] [--seed N]

Each campaign is a module of this folder with `campaign(count, seed)`, which gives outcomes
as they come; `count` None stands for its full length. The same seed tries the same again.
"""

import argparse
import importlib
import sys
import time

CAMPAIGNS: tuple[str, ...] = (
    "kills",
    "worker_kills",
    "contention",
    "io_faults",
    "full_disk",
    "flips",
    "changing_inputs",
    "malformed",
    "payloads",
    "markers",
)


def main() -> int:
    """Run the campaigns that were named, or all; 1 where anything broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("campaigns", nargs="*", metavar="CAMPAIGN", default=CAMPAIGNS)
    parser.add_argument("--count", type=int, help="how many of each are tried")
    parser.add_argument("--seed", type=int, default=0, help="which ones are tried")
    options = parser.parse_args()
    unknown = set(options.campaigns) - {*CAMPAIGNS}
    if unknown:
        parser.error(f"no campaign {sorted(unknown)}; there are {', '.join(CAMPAIGNS)}")
    has_broken = False
    for name in options.campaigns:
        began = time.monotonic()
        module = importlib.import_module(f"tests.faults.{name}")
        for outcome in module.campaign(count=options.count, seed=options.seed):
            print(outcome.told(), flush=True)
            for sentence in outcome.broken:
                print(f"  {sentence}", flush=True)
            has_broken = has_broken or bool(outcome.broken)
        print(f"  {name} took {time.monotonic() - began:.0f} s", flush=True)
    return int(has_broken)


if __name__ == "__main__":
    sys.exit(main())
