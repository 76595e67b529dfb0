"""REST for the builder: what its steps offer, by the same services, with reason and remedy."""

import pytest

from studio.services import draft_joins, draft_quotas, drafts, seed_changes
from studio.services.scorers import ABOUT
from tests.studio.builder_home import HOSTILE, HOSTILE_COLUMN, builder_home
from tests.studio.rest import API, client_of, serving

SIDES = {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}}
FEW = [{"column": "country", "is": "DE"}, {"column": "age", "at_least": "88"}]


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rest_builder")
    builder_home(folder).catalog.close()
    with serving(folder / "home") as opened:
        yield opened


@pytest.fixture(scope="module")
def client(studio):
    return client_of(studio)


@pytest.fixture
def draft(studio):
    """A draft with seed and population."""
    begun = drafts.begin(studio.workshop)
    return drafts.change(studio.workshop, begun.id, SIDES)


@pytest.fixture
def offered(client, draft):
    """What a step of the draft offers."""

    def ask(what: str, status: int = 200) -> object:
        answer = client.get(f"{API}/drafts/{draft.id}/{what}")
        assert answer.status_code == status, answer.text
        return answer.json()

    return ask


def test_a_filter_may_ask_every_column_but_those_that_name_people(client):
    found = client.get(f"{API}/datasets/population/filter-columns").json()

    types = {each["name"]: each["type"] for each in found}
    assert {"country", "age", HOSTILE_COLUMN} <= types.keys()
    assert (types["age"], types["country"]) == ("DOUBLE", "VARCHAR")


def test_the_rows_of_a_filter_are_counted_and_few_are_not_counted_out(client):
    def kept(where):
        answer = client.post(f"{API}/datasets/population/rows", json={"where": where})
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert kept([]) == {"rows": 1_000, "text": "1,000 rows fit."}
    assert 25 <= kept(FEW[:1])["rows"] < 1_000
    assert kept(FEW) == {"rows": None, "text": "Fewer than 25 rows fit."}
    gone = [{"column": "aged", "is": "DE"}]
    answer = client.post(f"{API}/datasets/population/rows", json={"where": gone})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_column")
    assert "'age'" in answer.json()["remedy"]


def test_quotas_can_be_of_columns_whose_values_are_told(client, offered, draft, studio):
    columns = offered("quota-columns")
    values = offered("quota-values?column=country")

    assert columns == draft_quotas.group_columns(studio.workshop, draft)
    assert "country" in columns and "age" not in columns and "user_id" not in columns
    assert "DE" in values["values"] and len(set(values["values"])) > 1
    refused = offered("quota-values?column=age", 422)
    assert refused["code"] == "unknown_column"


def test_values_that_few_have_are_no_values_to_choose(client, draft, studio):
    where = {"dataset": "population", "where": FEW}
    limits = {"minimum_population": 1, "minimum_seed": 1}
    narrow = drafts.change(
        studio.workshop, draft.id, {"population": where, "limits": limits}
    )

    found = client.get(f"{API}/drafts/{narrow.id}/quota-values?column=country").json()

    assert found == {"column": "country", "values": [], "are_all": False}


@pytest.mark.parametrize(
    ("value", "status", "code"), [("DE", 204, None), ("Germany", 422, "unknown_group")]
)
def test_a_group_that_nobody_is_in_is_refused(client, draft, value, status, code):
    answer = client.post(
        f"{API}/drafts/{draft.id}/quota-check",
        json={"column": "country", "value": value},
    )

    assert answer.status_code == status, answer.text
    assert code is None or (answer.json()["code"], "DE" in answer.json()["remedy"]) == (
        code,
        True,
    )


def test_the_seeds_more_is_offered_with_reasons(offered, draft, studio):
    columns = offered("weight-columns")
    negative = {each["name"]: each for each in offered("negative-seeds")}

    seed = draft.choices.seed
    assert columns == seed_changes.weight_columns(studio.workshop, seed)
    assert "age" in columns
    assert negative["seed"]["code"] == "is_seed"
    assert negative["population"]["code"] == "is_population"
    assert negative[HOSTILE]["code"] == "no_identifier"
    for each in negative.values():
        assert each["eligible"] or (each["reason"] and each["remedy"])


def test_the_identifiers_that_can_join_are_told(offered, draft, studio):
    found = offered("joins")

    assert found == {"identifiers": ["user_id"], "chosen": []}
    chosen = draft_joins.join_choice(studio.workshop, draft.choices)
    assert found["identifiers"] == list(chosen.identifiers)


def test_every_scorer_is_told_and_one_that_is_missing_with_its_remedy(
    client, monkeypatch
):
    from catalog.errors import StudioError
    from orchestration import fitting

    def missing(model):
        if model == "boosted":
            raise StudioError("extra_missing", model, "needs xgboost", "install it")

    monkeypatch.setattr(fitting, "require_extra", missing)

    found = {each["model"]: each for each in client.get(f"{API}/scorers").json()}

    assert found.keys() == ABOUT.keys()
    assert (found["boosted"]["reason"], found["boosted"]["remedy"]) == (
        "needs xgboost",
        "install it",
    )
    assert found["naive_bayes"]["reason"] == ""


def test_a_draft_says_its_steps_and_a_name_that_is_free(client, offered, draft):
    new = client.post(f"{API}/drafts", json={}).json()

    begun = client.get(f"{API}/drafts/{new['id']}").json()
    chosen = client.get(f"{API}/drafts/{draft.id}").json()

    assert begun["steps"] == ["seed"]
    assert chosen["steps"] == ["seed", "population", "attributes", "output", "finalise"]
    assert offered("suggested-name") == {"name": "Like seed"}


def test_attributes_are_looked_at_also_where_none_is_chosen(client, draft, studio):
    none = drafts.change(studio.workshop, draft.id, {"attributes": []})

    sides = client.get(f"{API}/drafts/{none.id}/sides")

    assert sides.status_code == 200, sides.text
    assert "country" in {each["attribute"] for each in sides.json()}


def test_drafts_are_listed_a_page_at_a_time_and_by_state(client, draft, studio):
    away = drafts.begin(studio.workshop)
    drafts.start_over(studio.workshop, away.id)

    def found(query):
        return client.get(f"{API}/drafts?{query}").json()

    assert found("limit=1")["total"] > 1 and len(found("limit=1")["items"]) == 1
    assert away.id in {each["id"] for each in found("state=put_away")["items"]}
    assert {each["state"] for each in found("state=put_away")["items"]} == {"put_away"}
    own = {each["id"] for each in found("own=true")["items"]}
    assert draft.id not in own  # a command's, and not the token's
    assert client.post(f"{API}/drafts", json={}).json()["id"] in {
        each["id"] for each in found("own=true&state=open")["items"]
    }
