"""Resolves many rows with two identifiers, beside the same rows with a unique key.

    python -m bench people [--rows 10000000] [--memory-limit 2GB]

30 % of the people have two rows: half of them share the one identifier, half the other.
Run by `bench.__main__` in a process for each build, so that peaks of memory are its own.
"""

import json
import sys
import time
from pathlib import Path

import duckdb

ROWS_A_PERSON = 1.3
SEED_SHARE = 0.002
RESOLVING = (
    "canonical_repeated_identities",
    "canonical_linked_rows",
    "canonical_merged_people",
    "canonical_seed_matches",
    "people_are_joined_whole",
)


def make_data(folder: Path, rows: int) -> None:
    """Write `population.parquet` (with `user_id`, which is unique) and `seed.parquet`."""
    folder.mkdir(parents=True, exist_ok=True)
    people = int(rows / ROWS_A_PERSON)
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"set temp_directory = '{folder / 'spill'}'")
        connection.execute(
            f"""
            copy (
                with people as (
                    select range as person, hash(range) % 10 < 3 as has_two
                    from range({people})
                ),
                numbered as (
                    select person, 0 as piece from people
                    union all
                    select person, 1 as piece from people where has_two
                ),
                shared as (
                    select *, piece = 1 and hash(person, 7) % 2 = 0 as by_device
                    from numbered
                )
                select
                    sha256('user' || person || piece) as user_id,
                    case when not by_device then sha256('mail' || person) end
                        as sha256_hashed_email,
                    'device ' || md5(
                        case when piece = 1 and not by_device then 'other' else 'same' end
                        || person
                    ) as device_id,
                    'c' || hash(person, 1) % 5 as region,
                    'v' || hash(person, piece, 2) % 20 as product,
                    'p' || hash(person, 3) % 7 as channel,
                    'q' || hash(person, 4) % 50 as city,
                    'r' || hash(person, piece, 5) % 3 as plan,
                    cast(18 + hash(person, 6) % 70 as double) as age,
                    (hash(person, piece, 7) % 1000000) / 7.0 as spend,
                    (hash(person, 8) % 100000) / 3.0 as visits
                from shared
                order by hash(person, piece, 9)
            ) to '{folder / "population.parquet"}' (format parquet, compression zstd)
            """
        )
        connection.execute(
            f"""
            copy (
                select * from '{folder / "population.parquet"}'
                where hash(sha256_hashed_email) % 1000 < {SEED_SHARE * 1000}
                    and age < 50 and region in ('c1', 'c2')
            ) to '{folder / "seed.parquet"}' (format parquet)
            """
        )


def measure(folder: Path, kind: str, memory_limit: str) -> dict[str, object]:
    """Build once and say how long each part took, and the peak of memory in MB."""
    import orchestration.launch as launch
    from catalog.home import create_home
    from catalog.specification_model import AudienceSpecification
    from orchestration.workshop import open_workshop

    relations: dict[str, float] = {}
    build_relations = launch.build_relations

    def observed(*arguments):
        for result in build_relations(*arguments):
            relations[result.name] = result.seconds
            yield result

    launch.build_relations = observed
    excluded = {
        "unique key": [],
        "one unique key": ["sha256_hashed_email", "device_id"],
        "resolved": ["user_id"],
    }
    specification = AudienceSpecification.model_validate(
        {
            "name": "people",
            "datasets": {
                name: {"path": str(folder / f"{name}.parquet")}
                for name in ("seed", "population")
            },
            "seed": {"dataset": "seed"},
            "population": {"dataset": "population"},
            "exclude": excluded[kind],
            "output": {"top": 100_000},
        }
    )
    workshop = open_workshop(create_home(folder / "home"), memory_limit=memory_limit)
    began = time.perf_counter()
    audience, _ = launch.keep_specification(workshop, specification, folder)
    planned = time.perf_counter() - began
    outcome = launch.build_directly(workshop, audience)
    figures = outcome.version.figures
    return {
        "profile and plan": round(planned, 1),
        **{name: round(seconds, 1) for name, seconds in outcome.seconds.items()},
        "resolving": {name: round(relations[name], 1) for name in RESOLVING},
        "population people": figures["population_people"],
        "delivered": figures["delivered_people"],
        "peak MB": peak_memory() >> 20,
    }


def peak_memory() -> int:
    """Bytes this process held at most, as Linux counts them since it began."""
    status = Path("/proc/self/status").read_text()
    line = next(each for each in status.splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) << 10


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), sys.argv[2], sys.argv[3])))
