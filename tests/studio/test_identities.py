"""Every identifier of each person as REST gives it: of people who have several rows."""

import io
import uuid
from pathlib import Path

import pandas as pd
import pytest

from catalog.specification import read_specification
from studio.services.audit import Verb
from tests.pipeline import people
from tests.pipeline.building import build_specification
from tests.studio.conftest import write_specification
from tests.studio.rest import API, client_of, serving

AGAIN = 100
IDENTITIES = f"{API}/audiences/several/identities"


def maid(word: object) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, str(word)))


def everybody() -> pd.DataFrame:
    """Six hundred people, a hundred of whom have a second row.

    It shares the user id of every other one, the device of the rest, and has no address.
    """
    once = people.population(600).assign(
        maid=[maid(number) for number in range(600)],
        email=[f" Person.{number}@Example.org" for number in range(600)],
    )
    again = once.head(AGAIN).assign(
        user_id=[f"{'other' if n % 2 else 'user'} {n}" for n in range(AGAIN)],
        maid=[maid(n if n % 2 else f"other {n}") for n in range(AGAIN)],
        email=None,
    )
    return pd.concat([once, again])


def identifiers_of(rows: pd.DataFrame) -> pd.DataFrame:
    """`number` of a person with each identifier of theirs, as a person would write them."""
    found = rows.melt("number", ["user_id", "maid", "email"], "id_type", "identifier")
    found["identifier"] = found["identifier"].str.strip().str.lower()
    return found.dropna().drop_duplicates()


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """A home with an audience of all people who are not of the seed, and of the seed."""
    folder = tmp_path_factory.mktemp("identities")
    population = everybody()
    seed = people.seed_of(population.head(600), 120)
    seed.to_csv(folder / "seed.csv", index=False)
    population.to_csv(folder / "population.csv", index=False)
    path = write_specification(
        folder / "several.yml",
        name="Several",
        output={"best_percent": 100, "include_seed": True},
        limits={"allow_indistinct": True},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        build_specification(folder, read_specification(path))
    return folder / "home"


@pytest.fixture(scope="module")
def studio(several):
    with serving(several) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(studio):
    return client_of(studio)


@pytest.fixture(scope="module")
def taken(client):
    return client.post(IDENTITIES, json={})


@pytest.fixture(scope="module")
def identities(taken):
    assert taken.status_code == 200, taken.text
    return pd.read_parquet(io.BytesIO(taken.content))


def test_each_person_comes_with_every_identifier_of_all_their_rows(identities):
    population = everybody()
    numbers = [*range(600), *range(AGAIN)]
    expected = identifiers_of(population.assign(number=numbers))

    told = identities.groupby("person_key")[["id_type", "identifier"]]
    meant = expected.groupby("number")[["id_type", "identifier"]]

    def sets(groups):
        return {frozenset(map(tuple, rows.to_numpy())) for _, rows in groups}

    assert sets(told) == sets(meant)
    assert len(identities) == len(expected) == 3 * 600 + AGAIN


@pytest.fixture(scope="module")
def members(client):
    """The people as an export has them: of each identifier type one."""
    body = client.post(f"{API}/audiences/several/export", json={"kind": "csv"}).text
    return pd.read_csv(io.StringIO(body))


def test_the_people_are_those_of_the_export(members, identities):
    keys = identities.set_index("person_key")["identifier"]
    assert set(keys.index) == set(members["person_key"])
    for column in ("user_id", "maid", "email"):
        assert members[column].isin(keys).all()


def test_the_file_is_the_one_published_and_no_cache_keeps_it(studio, taken):
    version = studio.workshop.catalog.served_version("several")

    assert taken.content == (Path(version.path) / "identities.parquet").read_bytes()
    assert taken.headers["cache-control"] == "no-store"
    assert 'filename="several_1_identities.parquet"' in taken.headers.get(
        "content-disposition"
    )


def test_it_is_noted_who_took_them(client, studio):
    audience = studio.workshop.catalog.get_audience("several")
    before = client.get(f"{API}/audit").json()["total"]

    client.post(IDENTITIES, json={"version": 1})

    noted = client.get(f"{API}/audit").json()
    newest = max(noted["items"], key=lambda each: each["number"])
    assert noted["total"] == before + 1
    assert newest["verb"] == Verb.exported
    assert newest["object"] == f"audience/{audience.id}/1"


def test_a_person_is_explained_by_an_identifier_that_this_file_alone_has(
    client, identities, members
):
    exported = members[["user_id", "maid", "email"]].stack()
    others = identities[~identities["identifier"].isin(exported)]
    assert len(others) == AGAIN
    explained = f"{API}/audiences/several/explain"

    answers = [
        client.post(explained, json={"identifier": each}).json()
        for each in others["identifier"][:5]
    ]

    assert [each["person_key"] for each in answers] == list(others["person_key"][:5])


def test_no_screen_tells_an_identifier(client, identities):
    answers = [
        client.get(f"{API}/audiences/several/{part}").text
        for part in ("members?limit=100", "sections", "figures", "history", "versions")
    ]

    assert all(answers)
    assert not [
        each for each in identities["identifier"] for text in answers if each in text
    ]


def test_a_file_that_was_changed_is_not_given(client, studio, identities):
    version = studio.workshop.catalog.served_version("several")
    path = Path(version.path) / "identities.parquet"
    whole = path.read_bytes()
    path.chmod(0o600)

    path.write_bytes(whole[:-40] + b"x" * 40)
    changed = client.post(IDENTITIES, json={})
    path.write_bytes(whole)

    assert changed.status_code == 400
    assert changed.json()["code"] == "version_damaged"
    assert "identities.parquet" in changed.json()["cause"]
    assert client.post(IDENTITIES, json={}).status_code == 200
