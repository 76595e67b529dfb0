"""People, not ids: rows that shared identifiers connect are scored and delivered as one."""

import json
import re
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest

from catalog.normal_forms import digest
from tests.pipeline.building import build

IDENTIFIERS = ("customer_id", "maid")
EVERYBODY = {"best_percent": 100}


def rows_of_people(count: int = 2_000, seed: int = 5) -> pd.DataFrame:
    """Two identifiers a row; a third of the rows share one of them with another row."""
    rng = np.random.default_rng(seed)
    customer = np.arange(count)
    device = np.arange(count)
    for shared in (customer, device):
        again = rng.choice(count, count // 5, replace=False)
        shared[again] = rng.integers(0, count, len(again))
    return pd.DataFrame(
        {
            "customer_id": [f"c{number}" for number in customer],
            "maid": [f"m{number}" for number in device],
            "plan": rng.choice(["basic", "plus", None], count),
            "age": rng.integers(18, 90, count).astype(float),
        }
    ).assign(maid=lambda frame: frame["maid"].where(rng.random(count) > 0.1))


def people_of(rows: pd.DataFrame, limit: int = 50) -> list[list[int]]:
    """The rows of each person, by union-find: a second, independent reading."""
    parent = list(range(len(rows)))

    def root(row: int) -> int:
        while parent[row] != row:
            row = parent[row]
        return row

    for name in IDENTIFIERS:
        for _, same in rows.groupby(name).groups.items():
            if len(same) <= limit:
                for row in same[1:]:
                    parent[root(row)] = root(same[0])
    found = defaultdict(list)
    for row in range(len(rows)):
        found[root(row)].append(row)
    return list(found.values())


def seed_of(rows: pd.DataFrame, count: int = 60) -> pd.DataFrame:
    chosen = rows[(rows["plan"] == "plus") & rows["maid"].notna()]
    chosen = chosen.sample(count, random_state=3).reset_index(drop=True)
    # Half of them are known by one identifier alone.
    chosen.loc[: count // 4, "maid"] = None
    chosen.loc[count // 4 + 1 : count // 2, "customer_id"] = None
    return chosen


def key_of(customer: str) -> str:
    return digest(f"customer_id:{customer}", "md5")


def identifiers_of(rows: pd.DataFrame) -> set[tuple[str, str]]:
    return {
        (name, value) for name in IDENTIFIERS for value in rows[name].dropna().unique()
    }


def built_of(folder, seed, population, **options):
    options.setdefault("output", EVERYBODY)
    return build(
        folder,
        seed,
        population,
        categorical=["plan"],
        continuous=["age"],
        **options,
    )


@pytest.fixture(scope="module")
def population():
    return rows_of_people()


@pytest.fixture(scope="module")
def seed(population):
    return seed_of(population)


@pytest.fixture(scope="module")
def built(tmp_path_factory, population, seed):
    folder = tmp_path_factory.mktemp("people")
    return built_of(folder, seed, population, with_report=True)


@pytest.fixture(scope="module")
def strangers(population, seed):
    """People of whom no row has an identifier of the seed."""
    known = identifiers_of(seed)
    return [
        person
        for person in people_of(population)
        if not known & identifiers_of(population.iloc[person])
    ]


def test_a_person_is_counted_once_and_left_out_under_every_seed_identifier(
    built, population, strangers
):
    assert len(built.members) == len(strangers) < len(population)

    identities = pd.read_parquet(built.folder / "identities.parquet")
    delivered = identities.groupby("person_key")[["id_type", "identifier"]].apply(
        lambda rows: frozenset(rows.itertuples(index=False, name=None))
    )

    expected = {
        frozenset(identifiers_of(population.iloc[person])) for person in strangers
    }
    assert set(delivered) == expected
    assert set(delivered.index) == set(built.members["person_key"])


def test_attributes_of_a_person_are_merged(built, population, strangers):
    merged = built.relation("main.canonical_members").set_index("row_id")

    for person in strangers:
        rows = population.iloc[person]
        got = merged.loc[min(person)]
        counts = rows["plan"].dropna().value_counts()
        likely = sorted(counts[counts == counts.max()].index)
        assert [got["plan"]] == likely[:1] or (pd.isna(got["plan"]) and not likely)
        assert got["age"] == np.median(rows["age"])
        assert got["customer_id"] == min(rows["customer_id"])


def test_the_key_is_that_of_the_first_identifier_and_survives_a_refresh(
    built, population, seed, tmp_path
):
    first = built.members.head(50)
    assert [*first["person_key"]] == [*map(key_of, first["customer_id"])]

    fewer = population.drop(columns="plan").assign(plan="basic")
    fewer.loc[::2, "plan"] = "plus"
    again = built_of(tmp_path, seed, fewer)

    assert set(again.members["person_key"]) == set(built.members["person_key"])


def test_shuffled_rows_and_other_threads_give_the_same_people(
    built, population, seed, tmp_path
):
    shuffled = population.sample(frac=1, random_state=9)

    again = built_of(tmp_path, seed.sample(frac=1, random_state=9), shuffled, threads=1)

    assert again.content_hash == built.content_hash


def test_seed_people_are_added_once_under_the_key_of_the_population(
    population, seed, strangers, tmp_path
):
    stranger = seed.head(1).assign(customer_id="c_new", maid="m_new")
    output = {"top": 10, "include_seed": True}

    found = built_of(tmp_path, pd.concat([seed, stranger]), population, output=output)

    added = found.members[found.members["is_seed"]]
    people = people_of(population)
    seed_people = {
        index
        for index, person in enumerate(people)
        if identifiers_of(seed) & identifiers_of(population.iloc[person])
    }
    assert len(added) == len(seed_people) + 1
    assert added["person_key"].is_unique
    keys = built_keys(population, people)
    assert {keys[index] for index in seed_people} < set(added["person_key"])


def built_keys(population, people):
    return [key_of(min(population.iloc[person]["customer_id"])) for person in people]


def test_an_identifier_that_would_join_everyone_is_dropped_and_reported(
    population, seed, tmp_path
):
    junk = population.copy()
    junk.loc[:119, "maid"] = "unknown"
    zeros = "00000000-0000-0000-0000-000000000000"
    junk.loc[120:300, "maid"] = zeros
    dirty_seed = seed.copy()
    dirty_seed.loc[0, "maid"] = "unknown"

    found = built_of(tmp_path, dirty_seed, junk, with_report=True)

    clean = junk.assign(maid=junk["maid"].where(~junk["maid"].isin(["unknown", zeros])))
    known = identifiers_of(seed)
    expected = [
        person
        for person in people_of(clean)
        if not known & identifiers_of(clean.iloc[person])
    ]
    assert len(found.members) == len(expected)
    identities = pd.read_parquet(found.folder / "identities.parquet")
    assert not identities["identifier"].isin(["unknown", zeros]).any()
    report = found.relation("main.report_identities").set_index("id_type")
    assert report.loc["maid", "dropped_identifiers"] == 1
    assert report.loc["maid", "dropped_rows"] == 120
    figures = (found.folder / "figures.json").read_text()
    assert "stands for nobody" in figures
    assert not re.search(r"\bunknown\b", figures)


def test_a_long_chain_is_one_person_whatever_the_order_of_its_rows(tmp_path, seed):
    """Row n shares its customer with row n - 1 and its device with row n + 1."""
    length = 400
    place = np.arange(length)
    chain = pd.DataFrame(
        {
            "customer_id": [f"k{(n + 1) // 2}" for n in place],
            "maid": [f"d{n // 2}" for n in place],
            "plan": "basic",
            "age": 40.0,
        }
    ).sample(frac=1, random_state=4)
    others = rows_of_people(1_000, seed=8)

    found = built_of(tmp_path, seed, pd.concat([chain, others]))

    identities = pd.read_parquet(found.folder / "identities.parquet")
    of_chain = identities[identities["identifier"].str.startswith(("k", "d"))]
    assert of_chain["person_key"].nunique() == 1
    assert len(of_chain) == length + 1


def test_nothing_is_resolved_where_one_identifier_is_unique(population, seed, tmp_path):
    numbered = population.assign(user_id=[f"u{n}" for n in range(len(population))])
    known = identifiers_of(seed)

    found = built_of(tmp_path, seed, numbered)

    alone = [
        row
        for row in range(len(numbered))
        if not known & identifiers_of(numbered.iloc[[row]])
    ]
    assert len(found.members) == len(alone)
    assert set(found.members["user_id"]) == {f"u{row}" for row in alone}
    assert not (found.folder / "identities.parquet").exists()
    assert found.relation("main.canonical_repeated_identities").empty


def test_rows_without_a_usable_identifier_are_left_out_and_counted(
    population, seed, tmp_path
):
    some = population.copy()
    some.loc[:9, list(IDENTIFIERS)] = None

    found = built_of(tmp_path, seed, some)

    overlap = found.relation("main.report_overlap").iloc[0]
    assert overlap["population_rows_without_identifier"] == 10
    assert overlap["population_people"] == len(people_of(some.iloc[10:].reset_index()))


def test_a_person_is_explained_by_any_identifier(built):
    from studio.services.audiences import explain

    identities = pd.read_parquet(built.folder / "identities.parquet")
    several = identities.groupby("person_key").filter(lambda rows: len(rows) > 2)
    key = several["person_key"].iloc[0]

    for identifier in several.loc[several["person_key"] == key, "identifier"]:
        found = explain(built.workshop, "people", f" {identifier} ")
        assert found["person_key"] == key


@pytest.mark.parametrize("raw_side", ["seed", "population"])
def test_addresses_in_the_clear_are_hashed_to_meet_hashes(
    population, seed, tmp_path, raw_side
):
    def raw(rows):
        odd = " " + rows["customer_id"].str.upper() + "@Example.ORG\t"
        return rows.drop(columns=list(IDENTIFIERS)).assign(email=odd)

    def hashed(rows):
        address = rows["customer_id"] + "@example.org"
        found = address.map(lambda text: digest(text, "sha256").upper())
        return rows.drop(columns=list(IDENTIFIERS)).assign(hashed_email=found)

    some = seed.dropna(subset="customer_id")
    ours, theirs = (raw, hashed) if raw_side == "seed" else (hashed, raw)

    found = built_of(tmp_path, ours(some), theirs(population))

    in_seed = population["customer_id"].isin(some["customer_id"])
    assert len(found.members) == population.loc[~in_seed, "customer_id"].nunique()
    assert found.members["sha256_hashed_email"].str.fullmatch("[0-9a-f]{64}").all()


def hashed_once(rows):
    address = rows["customer_id"] + "@example.org"
    found = address.map(lambda text: digest(text, "sha256"))
    return rows.drop(columns=list(IDENTIFIERS)).assign(hashed_email=found)


def hashed_twice(rows):
    found = hashed_once(rows)
    again = found["hashed_email"].map(lambda text: digest(text, "sha256"))
    return found.assign(hashed_email=again)


@pytest.mark.parametrize("side", ["seed", "population"])
def test_ids_that_were_hashed_twice_are_named(population, seed, tmp_path, side):
    some = seed.dropna(subset="customer_id")
    make = {"seed": hashed_once, "population": hashed_once} | {side: hashed_twice}

    found = built_of(tmp_path, make["seed"](some), make["population"](population))

    figures = json.loads((found.folder / "figures.json").read_text())
    told = {each["code"]: each["message"] for each in figures["warnings"]}
    assert "no_overlap" in told
    assert told["hashed_differently"].startswith(f"The {side}'s sha256_hashed_email")
    assert "hashed twice" in told["hashed_differently"]


def test_hashes_of_addresses_that_were_not_normalised_are_named(
    population, seed, tmp_path
):
    some = seed.dropna(subset="customer_id")
    shouted = " " + some["customer_id"].str.upper() + "@EXAMPLE.ORG"
    ours = some.drop(columns=list(IDENTIFIERS)).assign(email=shouted)
    everyone = " " + population["customer_id"].str.upper() + "@EXAMPLE.ORG"
    hashes = everyone.map(lambda text: digest(text, "sha256"))
    theirs = population.drop(columns=list(IDENTIFIERS)).assign(hashed_email=hashes)

    found = built_of(tmp_path, ours, theirs)

    assert "not normalised first" in (found.folder / "figures.json").read_text()
