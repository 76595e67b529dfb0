"""`make bench`: quality beside the reference models, then speed beside the peers.

    python -m bench quality [--model auto] [--data FOLDER] [--seeds 0.3,100] [--splits 2]
                            [--out FILE]
    python -m bench speed [--rows 10000000] [--runs 5] [--peers limit_scan_all,pandas_plain]
    python -m bench startup
    python -m bench people [--rows 10000000] [--memory-limit 2GB]
    python -m bench repeated [--builds 200]
    python -m bench scorers [--rows 1000000] [--runs 5]
    python -m bench verdict [--data FOLDER]
    python -m bench coverage [--data FOLDER] [--model naive_bayes]
    python -m bench whatif [--rows 10000000] [--wide] [--folder FOLDER]
    python -m bench learning [--data FOLDER] [--models naive_bayes]
    python -m bench studio [--rows 10000000] [--users 20] [--sessions 200]

Without a word it runs all of them on the example and on made-up data.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.example_data import write_data_set

HERE = Path(__file__).parent
FAST_PEERS = (
    "limit_scan_all,fit_only,sql_join,sql_join_late,polars_lazy,lookalike_build"
)
SLOW_PEERS = "limit_scan_all,polars_lazy,pandas_plain,sklearn_nb,lookalike_build"
MOST_SLOW_ROWS = 1_000_000
LOOKALIKE = Path(sys.executable).with_name("lookalike")
SCORE = (
    f"{shlex.quote(str(LOOKALIKE))} score --seed {{seed}} --population {{population}}"
    " --id {id} --categorical {categorical} --continuous {continuous} --out {out}"
    " --model "
)
REFERENCES = {
    "naive_bayes": "naive_bayes_default",
    "weighted_bayes": "woe_lr",
    "boosted": "xgb_pu",
    "auto": "auto",
    "documented": "page_literal",
    "published_sql": "incumbent",
}


def quality(options: argparse.Namespace) -> int:
    """AUC and lift on splits of labelled data, beside the reference model of the scorer.

    E, the efficiency, is the AUC's distance above chance over that of a model that was
    told the labels of everybody.
    """
    reference = REFERENCES.get(options.model, "auto")
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or write_data_set(Path(folder))
        command = [
            sys.executable,
            str(HERE / "quality" / "lalq.py"),
            "bench",
            str(data),
            "--cmd",
            SCORE + shlex.quote(options.model),
            "--seeds",
            options.seeds,
            "--splits",
            str(options.splits),
            "--reference",
            str(HERE / "quality" / "reference.json"),
            *(["--out", options.out] if options.out else []),
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    for row in json.loads(done.stdout or "[]"):
        beside = ""
        if (
            f"auc minus {reference}" in row
        ):  # else no reference model was run on the set
            beside = (
                f" ({row[f'auc minus {reference}']:+.4f} against {reference})"
                f"  E {row['auc vs oracle']:.3f}"
            )
        print(
            f"{row['dataset']:<10} seed {row['seed']:<5} AUC {row['auc']:.4f}{beside}"
            f"  lift at 10 % {row['lift@10%']:.2f}  {row['seconds_median']:.1f} s"
        )
    return done.returncode


def speed(options: argparse.Namespace) -> int:
    """Seconds, CPU and memory beside plain implementations, interleaved.

    Without --peers the fast ones at --rows, then the slow ones at a million.
    """
    asked = [(options.rows, options.peers or FAST_PEERS)]
    if not options.peers and options.rows > MOST_SLOW_ROWS:
        asked.append((MOST_SLOW_ROWS, SLOW_PEERS))
    return max(peers_at(rows, peers, options) for rows, peers in asked)


def peers_at(rows: int, peers: str, options: argparse.Namespace) -> int:
    """Run the peers on made-up data of so many rows and print their table."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            str(HERE / "speed" / "run.py"),
            "--rows",
            str(rows),
            "--runs",
            str(options.runs),
            "--data",
            options.folder or folder,
            "--peers",
            peers,
            *(["--memory-limit", options.memory_limit] if options.memory_limit else []),
            *(["--attrs", options.attributes] if options.attributes else []),
            *(["--wide"] if options.wide else []),
        ]
        return subprocess.run(command, check=False).returncode


def startup(options: argparse.Namespace) -> int:
    """The demo's builds in one process, and how long the command's help takes."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "bench.startup", folder],
            check=False,
            cwd=HERE.parent,
        )
    began, cpu = time.perf_counter(), sum(os.times()[2:4])
    subprocess.run([LOOKALIKE, "--help"], check=True, stdout=subprocess.DEVNULL)
    print(
        f"{'lookalike --help':<19}{time.perf_counter() - began:5.1f} s"
        f" {sum(os.times()[2:4]) - cpu:6.2f} s CPU"
    )
    return done.returncode


def people(options: argparse.Namespace) -> int:
    """Rows with several identifiers made into people, beside a unique key."""
    from bench.people import make_data

    with tempfile.TemporaryDirectory() as made:
        folder = Path(options.folder or made) / "people"
        if not (folder / "seed.parquet").exists():
            make_data(folder, options.rows)
        code = 0
        for kind in ("one unique key", "unique key", "resolved"):
            command = [sys.executable, "-m", "bench.people", str(folder), kind]
            done = subprocess.run(
                [*command, options.memory_limit or "2GB"],
                stdout=subprocess.PIPE,
                text=True,
                check=False,
            )
            code = max(code, done.returncode)
            print(f"{kind:<15}{done.stdout.strip()}", flush=True)
    return code


def repeated(options: argparse.Namespace) -> int:
    """Memory of one process over many builds."""
    command = [sys.executable, "-m", "bench.repeated", str(options.builds)]
    return subprocess.run(command, check=False, cwd=HERE.parent).returncode


def scorers(options: argparse.Namespace) -> int:
    """What scorers cost for many people, `boosted` beside XGBoost's own prediction."""
    rows = str(min(options.rows, MOST_SLOW_ROWS))
    command = [sys.executable, "-m", "bench.scorers", rows, str(options.runs)]
    return subprocess.run(command, check=False, cwd=HERE.parent).returncode


def verdict(options: argparse.Namespace) -> int:
    """How often random seeds, and real ones, are judged right."""
    from bench.verdict import run

    return run(options.data)


def coverage(options: argparse.Namespace) -> int:
    """How often the AUC that is foretold agrees with the true one."""
    from bench.coverage import run

    return run(options.data, options.model)


def whatif(options: argparse.Namespace) -> int:
    """What-if answers beside full builds: seconds and error."""
    from bench.whatif import run

    return run(options.rows, options.folder, is_wide=options.wide)


def learning(options: argparse.Namespace) -> int:
    """What weights and a negative seed change in the top tenth."""
    from bench.learning import run

    return run(options.data, options.models)


def studio(options: argparse.Namespace) -> int:
    """The pages: first paint, a step, the curve, many users, memory."""
    from bench.studio import run

    return run(options.rows, options.folder, options.users, options.sessions)


KINDS = {
    "startup": startup,
    "quality": quality,
    "speed": speed,
    "people": people,
    "repeated": repeated,
    "scorers": scorers,
    "verdict": verdict,
    "coverage": coverage,
    "whatif": whatif,
    "learning": learning,
    "studio": studio,
}


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=KINDS)
    parser.add_argument("--data", type=Path)
    parser.add_argument(
        "--model", default="naive_bayes", help="the scorer, for quality and coverage"
    )
    parser.add_argument("--seeds", default="0.3,100")
    parser.add_argument("--models", default="naive_bayes", help="for learning")
    parser.add_argument("--splits", type=int, default=2)
    parser.add_argument("--out")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--memory-limit", help="2GB for people, none for speed")
    parser.add_argument("--builds", type=int, default=200)
    parser.add_argument("--peers", help="of bench/speed/peers.py")
    parser.add_argument(
        "--attributes", help="categorical:continuous, the first of each"
    )
    parser.add_argument(
        "--wide", action="store_true", help="speed and whatif with 30 attributes"
    )
    parser.add_argument("--users", type=int, default=20, help="of the studio at once")
    parser.add_argument("--sessions", type=int, default=200, help="in the builder")
    parser.add_argument("--folder", help="where made-up data is kept between runs")
    options = parser.parse_args()
    chosen = [KINDS[options.what]] if options.what else KINDS.values()
    return max(run(options) for run in chosen)


if __name__ == "__main__":
    sys.exit(main())
