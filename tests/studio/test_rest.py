"""REST: each verb for audiences as the command line has it, one shape for errors, no change by GET."""

import hashlib
import io
import json
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from catalog.errors import StudioError
from catalog.specification import parse_specification
from studio.api import questions
from studio.services import audit, open_what_ifs
from studio.services.what_if import WhatIf
from tests.faults.payload_texts import payloads
from tests.studio.conftest import AUDIENCE
from tests.studio.rest import (
    API,
    PARTS,
    assert_refused,
    compared_in,
    stamps,
)


@pytest.fixture(scope="module")
def slug(client):
    (line,) = client.get(f"{API}/audiences?search=2026").json()["items"]
    return line["audience"]


def specification(name: str, **fields: object) -> dict[str, object]:
    return {
        "name": name,
        "seed": {"dataset": "seed"},
        "population": {"dataset": "population"},
        "output": {"top": 50},
        **fields,
    }


def test_audiences_are_searched_and_filtered_by_tag(client, slug):
    def found(query: str) -> list[str]:
        items = client.get(f"{API}/audiences?{query}").json()["items"]
        return [each["audience"] for each in items]

    assert found("tag=SPRING") == [slug]
    assert found("search=script") == [slug]
    assert found("search=nothing-like-it") == []


def test_audiences_are_listed_as_their_page_lists_them(client, slug, studio):
    from studio.services.audience_list import AudienceQuery, list_audiences

    client.post(f"{API}/audiences", json=specification("Zuletzt", owner="Ada"))
    listed = list_audiences(studio.workshop, AudienceQuery(search="2026")).lines

    def found(query: str = "") -> dict:
        return client.get(f"{API}/audiences?{query}").json()

    (line,) = found("search=2026")["items"]
    (told,) = listed
    assert (line["audience"], line["people"]) == (slug, told.people)
    assert (line["quality"], line["auc"]) == (told.quality, told.auc)
    assert line["quality"] and 0.5 < line["auc"] <= 1
    assert line["published_at"] and line["next_refresh_at"] is None
    assert {"spring"} == set(found()["tags"]) and {"Ada"} == set(found()["owners"])
    names = [each["audience"] for each in found("order=name&falling=true")["items"]]
    assert names == [each["audience"] for each in found()["items"]][::-1]
    # What is not known of stands last, however the others are sorted.
    for falls in ("true", "false"):
        sizes = found(f"order=people&falling={falls}")["items"]
        assert sizes[0]["audience"] == slug and sizes[-1]["people"] is None
    assert {each["state"] for each in found("state=never+built")["items"]} == {
        "never built"
    }
    assert [e["owner"] for e in found("owner=ada")["items"]] == ["Ada"]
    assert client.get(f"{API}/audiences?state=lost").status_code == 422
    shown = client.get(f"{API}/audiences/zuletzt").json()
    assert (shown["state"], shown["schedule"], shown["on_change"]) == (
        "never built",
        None,
        False,
    )


def test_a_specification_is_taken_as_json_and_as_yaml(client):
    wanted = specification("From JSON 😀")
    as_json = client.post(f"{API}/audiences", content=json.dumps(wanted))
    as_yaml = client.post(
        f"{API}/audiences",
        content="name: From YAML\nseed: {dataset: seed}\n"
        "population: {dataset: population}\noutput: {top: 50}\n",
        headers={"content-type": "application/yaml"},
    )

    assert (as_json.status_code, as_yaml.status_code) == (201, 201), as_json.text
    kept = client.get(f"{API}/audiences/{as_json.json()['audience']}/specification.yml")
    assert kept.headers["content-type"].startswith("application/yaml")
    assert parse_specification(kept.text).name == "From JSON 😀"
    again = client.post(f"{API}/audiences", json=wanted)
    assert_refused(again, 409, "name_taken")


def test_a_changed_specification_is_a_new_one_of_the_same_audience(client):
    client.post(f"{API}/audiences", json=specification("Changing"))

    changed = client.put(
        f"{API}/audiences/changing", json=specification("Changing", tags=["new"])
    )
    other = client.put(f"{API}/audiences/changing", json=specification("Another"))

    assert changed.json()["specification"] == 2
    assert_refused(other, 422, "wrong_audience")
    first = client.get(f"{API}/audiences/changing/specification?number=1").json()
    assert first["tags"] == []


def test_a_copy_has_every_choice_under_another_name(client, slug):
    copied = client.post(f"{API}/audiences/{slug}/duplicate", json={"name": "Copy"})
    taken = client.post(f"{API}/audiences/{slug}/duplicate", json={"name": "Copy"})

    assert copied.status_code == 201, copied.text
    assert (
        client.get(f"{API}/audiences/copy/specification").json()["output"]["top"] == 100
    )
    assert_refused(taken, 409, "name_taken")


def test_an_audience_is_archived_and_comes_back(client, slug):
    def listed() -> list[str]:
        items = client.get(f"{API}/audiences").json()["items"]
        return [each["audience"] for each in items]

    def those(query: str) -> list[str]:
        items = client.get(f"{API}/audiences?{query}").json()["items"]
        return [each["audience"] for each in items if each["is_archived"]]

    client.post(f"{API}/audiences/{slug}/archive")
    while_archived = listed()
    asked_for = those("state=archived"), those("archived=true")
    client.post(f"{API}/audiences/{slug}/unarchive")

    assert slug not in while_archived
    assert asked_for == ([slug], [slug])
    assert slug in listed()


def test_mistakes_of_a_specification_are_all_told(client):
    wrong = "name: ''\nseed: {dataset: seed}\npopulation: 7\n"

    answer = client.post(
        f"{API}/audiences/validate",
        content=wrong,
        headers={"content-type": "application/yaml"},
    )

    assert not answer.json()["valid"]
    assert len(answer.json()["errors"]) >= 2
    right = client.post(f"{API}/audiences/validate", json=specification("Right"))
    assert right.json() == {"valid": True, "errors": []}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "document_invalid"),
        ("[]", "document_invalid"),
        ("{", "document_invalid"),
        ('{"name": NaN}', "document_invalid"),
        ("[" * 100_000, "document_invalid"),
        ('{"name": "x"}', "specification_invalid"),
        ('{"name": "\\ud800"}', "specification_invalid"),
    ],
)
def test_what_is_no_specification_is_refused(client, body, code):
    answer = client.post(f"{API}/audiences", content=body)

    assert answer.status_code == 422, answer.text
    assert set(answer.json()) == PARTS


def test_a_plan_says_what_a_build_would_do(client):
    answer = client.post(f"{API}/audiences/plan", json=specification("Planned"))

    assert answer.status_code == 200, answer.text
    assert answer.json()["summary"]["audience"] == "Planned"
    gone = client.post(
        f"{API}/audiences/plan",
        json=specification("Planned", seed={"dataset": "sead"}),
    )
    assert_refused(gone, 404, "unknown_dataset")
    assert "seed" in gone.json()["remedy"]


def test_what_the_served_version_holds_is_shown(client, slug):
    shown = client.get(f"{API}/audiences/{slug}").json()
    curve = client.get(f"{API}/audiences/{slug}/curve").json()
    deciles = client.get(f"{API}/audiences/{slug}/deciles").json()
    figures = client.get(f"{API}/audiences/{slug}/figures?version=1").json()

    assert shown["name"] == AUDIENCE
    assert shown["report"]["sentences"] == figures["sentences"]
    sizes = [each["people_count"] for each in curve["sizes"]]
    assert sizes == sorted(sizes)
    assert curve["sizes"][-1]["recall"] == pytest.approx(1)
    assert len(deciles["deciles"]) == 10
    whole = client.get(f"{API}/audiences/{slug}/files/quality.json").json()
    assert [each["lift"] for each in whole["curve"]] == [
        each["lift"] for each in curve["sizes"]
    ]
    manifest = client.get(f"{API}/audiences/{slug}/files/manifest.json?version=1")
    assert manifest.json()["files"].keys() > {"members.parquet", "quality.json"}
    never = client.get(f"{API}/audiences/{slug}/files/fairness.json")
    assert_refused(never, 404, "unknown_file")
    people = client.get(f"{API}/audiences/{slug}/files/members.parquet")
    assert people.status_code == 422
    assert str(Path.cwd().anchor + "home") not in json.dumps(shown)


def test_a_version_is_told_as_its_page_shows_it(client, slug, studio):
    from studio.services.audience_page import show_version

    found = client.get(f"{API}/audiences/{slug}/sections").json()

    told = show_version(studio.workshop, slug)
    assert found == json.loads(told.model_dump_json())
    assert found["tiles"] and found["sentences"] and found["files"]
    (drawn,) = [each for each in found["blocks"] if each["anchor"] == "reach"]
    assert drawn["picture"] and drawn["tables"][0]["rows"]
    picture = client.get(f"{API}/audiences/{slug}/pictures/reach.svg?version=1")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.text.startswith("<svg")
    assert "sandbox" in picture.headers["content-security-policy"]
    unknown = client.get(f"{API}/audiences/{slug}/pictures/nothing.svg")
    assert_refused(unknown, 404, "unknown_picture")
    client.post(f"{API}/audiences", json=specification("Unbuilt"))
    unbuilt = client.get(f"{API}/audiences/unbuilt/sections")
    assert_refused(unbuilt, 404, "no_version")


def test_history_and_versions_are_told(client, slug):
    builds = client.get(f"{API}/audiences/{slug}/history").json()
    versions = client.get(f"{API}/audiences/{slug}/versions").json()

    assert [each["version"] for each in builds["items"]] == [1]
    assert [each["state"] for each in versions["items"]] == ["served"]
    served = client.post(f"{API}/audiences/{slug}/serve", json={"version": 1})
    assert served.json() == {"audience": slug, "version": 1}
    absent = client.post(f"{API}/audiences/{slug}/serve", json={"version": 7})
    assert_refused(absent, 404, "unknown_version")
    alone = client.get(f"{API}/audiences/{slug}/diff")
    assert_refused(alone, 400, "nothing_to_compare")


def test_a_preview_of_members_has_no_identifier_in_the_clear(client, slug, studio):
    answer = client.get(f"{API}/audiences/{slug}/members?limit=30")

    people = answer.json()["people"]
    ranks = [each["rank"] for each in people if each["rank"] is not None]
    assert len(people) == 30
    assert ranks == sorted(ranks)
    population = pd.read_csv(
        studio.workshop.home.root.parent / "population.csv", dtype=str
    )
    identifiers = set(population["user_id"])
    assert not any(f'"{each}"' in answer.text for each in identifiers)


def test_a_person_is_explained_by_parts_that_add_up(client, slug, studio):
    path = f"{API}/audiences/{slug}/explain"
    exported = client.post(f"{API}/audiences/{slug}/export", json={"kind": "csv"})
    people = pd.read_csv(io.StringIO(exported.text))
    ranked = people[people["rank"].notna()].iloc[0]

    found = client.post(path, json={"identifier": str(ranked["user_id"])}).json()

    assert found["rank"] == ranked["rank"]
    parts = sum(each["contribution"] for each in found["contributions"])
    assert parts == pytest.approx(found["log_odds"], abs=1e-6)
    assert_refused(
        client.post(path, json={"identifier": "nobody"}), 404, "not_a_member"
    )


def test_an_export_is_the_versions_members_and_leaves_no_file(client, slug, studio):
    answer = client.post(f"{API}/audiences/{slug}/export", json={"kind": "csv"})

    assert answer.headers["content-disposition"].endswith('_1.csv"')
    assert len(pd.read_csv(io.StringIO(answer.text))) >= 100
    assert list((studio.workshop.home.root / "exports").iterdir()) == []
    spreadsheet = {"kind": "parquet", "for_spreadsheets": True}
    as_parquet = client.post(f"{API}/audiences/{slug}/export", json=spreadsheet)
    assert_refused(as_parquet, 422, "request_invalid")
    one_each = client.post(f"{API}/audiences/{slug}/identities", json={})
    assert_refused(one_each, 404, "unknown_file")
    assert "have no more identifiers than its members' file" in one_each.text
    assert "`export`" in one_each.json()["remedy"]
    tier = client.post(f"{API}/audiences/{slug}/export", json={"tier": "best"})
    assert_refused(tier, 422, "unknown_tier")
    assert list((studio.workshop.home.root / "exports").iterdir()) == []


def test_the_report_may_nothing_in_the_browser(client, slug):
    answer = client.get(f"{API}/audiences/{slug}/report.html")

    assert answer.headers["content-type"].startswith("text/html")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "<script>alert(1)" not in answer.text


def test_a_workflow_is_the_specification_with_its_stages(client, slug):
    answer = client.get(f"{API}/audiences/{slug}/workflow.yml")

    assert parse_specification(answer.text).name == AUDIENCE
    assert "stages:" in answer.text


def test_a_what_if_answers_for_another_size_and_is_kept_open(client, slug, monkeypatch):
    monkeypatch.setattr(questions, "MOST_SECONDS", 120.0)
    opened = []

    def open_anew(*arguments):
        opened.append(arguments)
        return WhatIf(*arguments)

    path = f"{API}/audiences/{slug}/what-if"
    first = client.post(path, json={"output": {"top": 50}})
    monkeypatch.setattr(open_what_ifs, "WhatIf", open_anew)
    again = client.post(path, json={"output": {"top": 60}})

    assert first.status_code == 200, first.text
    assert first.json()["chosen"]["people"]["value"] == 50
    assert again.json()["chosen"]["people"]["value"] == 60
    assert opened == []
    wrong = client.post(path, json={"attributes": ["agee"]})
    assert_refused(wrong, 422, "unknown_attribute")


def test_what_is_estimated_for_long_is_told_as_begun_and_asked_for_again(
    client, slug, monkeypatch
):
    monkeypatch.setattr(questions, "MOST_SECONDS", 0.01)
    path, wanted = f"{API}/audiences/{slug}/what-if", {"model": "segments"}
    begun = client.post(path, json=wanted)
    ends = time.monotonic() + 120
    while (answer := client.post(path, json=wanted)).status_code == 202:
        assert time.monotonic() < ends
        time.sleep(0.1)

    assert begun.status_code == 202
    assert 0 <= begun.json()["progress"] <= 1
    assert begun.headers["retry-after"] == "2"
    assert answer.status_code == 200, answer.text
    assert answer.json()["model"] == "segments"


def test_an_audience_overlaps_with_itself_alone_not_at_all(client, slug):
    alone = client.post(f"{API}/overlap", json={"audiences": [slug]})
    unbuilt = client.post(f"{API}/overlap", json={"audiences": [slug, "copy"]})

    assert_refused(alone, 400, "nothing_to_compare")
    assert unbuilt.status_code == 404


def test_a_comparison_is_accepted_and_looked_at_until_it_has_ended(client, slug):
    asked = client.post(
        f"{API}/comparisons",
        json={"audience": slug, "models": ["naive_bayes", "documented"]},
    )
    place = asked.headers["location"]
    ends = time.monotonic() + 120
    while (run := client.get(place).json())["state"] not in ("succeeded", "failed"):
        assert time.monotonic() < ends
        time.sleep(0.01)

    assert asked.status_code == 202
    assert run["state"] == "succeeded", run
    first, second = run["found"]["scorers"]
    assert [first["model"], second["model"]] == ["naive_bayes", "documented"]
    assert 0.5 < first["auc"]["low"] < first["auc"]["value"] < first["auc"]["high"] < 1
    assert first["verdict"]["can_be_told"]
    unknown = client.post(
        f"{API}/comparisons", json={"audience": slug, "models": ["naive"]}
    )
    assert_refused(unknown, 422, "unknown_model")
    assert_refused(client.get(f"{API}/comparisons/x"), 404, "unknown_comparison")


def test_a_comparison_is_followed_by_events_until_it_has_ended(
    client, slug, monkeypatch
):
    from studio.services import comparison
    from studio.services.comparing import Comparisons

    goes_on, follow = threading.Event(), Comparisons.follow

    def compare(*_):
        assert goes_on.wait(120)
        raise StudioError("too_few", "the seed", "has 3 people", "add people to it")

    async def followed(compared, run_id):
        async for run in follow(compared, run_id):
            yield run
            if run.state == "running":
                goes_on.set()

    monkeypatch.setattr(comparison, "compare", compare)
    monkeypatch.setattr(Comparisons, "follow", followed)
    place = client.post(f"{API}/comparisons", json={"audience": slug}).headers[
        "location"
    ]

    answer = client.get(f"{place}/events")

    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = answer.text.splitlines()
    told = [json.loads(each[6:]) for each in lines if each.startswith("data: ")]
    assert lines.count("event: comparison") == len(told) > 1
    assert [each["state"] for each in told][-2:] == ["running", "failed"]
    assert told[-1]["error"]["code"] == "too_few"
    unknown = client.get(f"{API}/comparisons/x/events")
    assert_refused(unknown, 404, "unknown_comparison")
    document = client.get(f"{API}/openapi.json").json()
    path = document["paths"]["/comparisons/{run_id}/events"]["get"]
    (content,) = path["responses"]["200"]["content"].items()
    assert content[0] == "text/event-stream"
    data = content[1]["example"].split("data: ")[1]
    assert json.loads(data).keys() == told[0].keys()


def test_a_build_is_refused_while_dagster_is_off(client, slug):
    answer = client.post(f"{API}/runs", json={"audience": slug})

    assert_refused(answer, 503, "dagster_down")
    assert client.get(f"{API}/health").status_code == 200


def test_a_draft_goes_from_its_first_choice_to_a_build(client, studio, monkeypatch):
    from studio.services import comparison

    (run,) = studio.runs.overview(limit=1)
    monkeypatch.setattr(studio.runs, "start", lambda *_, **__: run)
    document = client.get(f"{API}/openapi.json").json()
    found = SimpleNamespace(comparison=compared_in(document))
    monkeypatch.setattr(comparison, "compare_draft", lambda *_: found)
    schemas = document["components"]["schemas"]
    (chosen,) = schemas["DraftChange"]["properties"]["choices"]["examples"]

    begun = client.post(f"{API}/drafts", json={"owner": "Ada"}).json()
    place = f"{API}/drafts/{begun['id']}"
    changes = {**chosen, "name": "By REST", "attributes": ["country", "age"]}
    change = {"version": begun["version"], "choices": changes, "step": "output"}
    changed = client.patch(place, json=change)
    late = client.patch(place, json=change)
    wanted = {"version": changed.json()["version"], "owner": "Ada B."}
    owned = client.put(f"{place}/owner", json=wanted).json()
    accepted = client.post(f"{place}/accept", json={}).json()
    compared = client.post(f"{place}/comparison")
    followed = client.get(f"{compared.headers['location']}/events").text
    advice = client.get(f"{place}/advice").json()
    sized = client.post(f"{place}/estimate", json={"output": {"top": 60}}).json()
    free = client.get(f"{place}/name?name=By+REST").json()
    created = client.post(f"{place}/create", json={"version": accepted["version"]})

    assert changed.status_code == 200, changed.text
    assert changed.json()["choices"]["seed"]["dataset"] == "seed"
    assert_refused(late, 409, "draft_changed")
    assert {each["attribute"] for each in advice["attributes"]} >= {"country", "age"}
    assert sized["people"] == 60 and sized["curve"] and free["is_free"]
    assert sized["recommended"]["text"] and not sized["stops"]
    assert created.status_code == 202, created.text
    assert created.headers["location"] == f"{API}/runs/{run.run_id}"
    assert client.get(place).json()["draft"]["created"] == "by_rest"
    assert owned["owner"] == "Ada B." and accepted["version"] == owned["version"] + 1
    assert client.get(f"{API}/audiences/by_rest").json()["owner"] == "Ada B."
    assert compared.status_code == 202, compared.text
    assert compared.json()["id"] in followed and '"succeeded"' in followed


# Errors, documents, payloads


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "no_such_address"),
        ("DELETE", "/audiences", 405, "method_not_allowed"),
        ("GET", "/audiences?limit=0", 422, "request_invalid"),
        ("GET", "/audiences?limit=x", 422, "request_invalid"),
        ("POST", "/runs", 422, "request_invalid"),
        ("GET", "/runs/x", 404, "unknown_run"),
        ("GET", "/audiences/a%0Ab/figures", 404, "unknown_audience"),
        ("GET", "/nowhere%0Aelse", 404, "no_such_address"),
    ],
)
def test_every_refusal_has_one_shape(client, method, path, status, code):
    assert_refused(client.request(method, f"{API}{path}"), status, code)


def test_a_fault_of_the_studio_is_told_without_its_text(client, monkeypatch, caplog):
    from studio.services import audience_list

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret of ada@example.org")

    monkeypatch.setattr(audience_list, "find_audiences", fail)

    answer = client.get(f"{API}/audiences")

    assert_refused(answer, 500, "unexpected")
    assert "ada@example.org" not in answer.text + caplog.text


@pytest.mark.parametrize("payload", [each.text for each in payloads(10, seed=7)])
def test_payloads_are_data(client, payload):
    name = f"p {hashlib.sha256(repr(payload).encode()).hexdigest()[:6]}"
    wanted = specification(name, description=payload, tags=["t"])

    kept = client.post(f"{API}/audiences", json=wanted)
    looked = client.get(f"{API}/audiences", params={"search": payload, "tag": payload})
    named = client.post(f"{API}/audiences", json=specification(payload))
    asked = client.post(
        f"{API}/datasets", json={"path": f"{payload}.csv", "name": payload}
    )

    assert looked.status_code in (200, 422), looked.text
    assert named.status_code in (201, 400, 409, 422), named.text
    assert asked.status_code in (400, 404, 422), asked.text
    if kept.status_code == 201:
        found = client.get(f"{API}/audiences/{kept.json()['audience']}").json()
        assert found["description"] == payload
    else:
        assert_refused(kept, 422, kept.json()["code"])
    for answer in (kept, looked, named, asked):
        assert answer.headers["content-type"] == "application/json"


def get_addresses(document: dict) -> list[str]:
    return [
        path for path, operations in document["paths"].items() if "get" in operations
    ]


def test_get_changes_nothing(client, slug, studio):
    root = studio.workshop.home.root
    document = client.get(f"{API}/openapi.json").json()
    draft = client.post(f"{API}/drafts", json={"audience": slug}).json()["id"]
    before = stamps(root)
    answers = {}

    for path in get_addresses(document):
        name = "seed" if path.startswith("/datasets") else slug
        asked = path.replace("{name}", name).replace("{run_id}", "none")
        asked = asked.replace("{draft_id}", draft).replace("{picture}", "reach")
        asked = asked.replace("{file}", "figures.json")
        query = {"name": "New", "column": "country"}
        answers[path] = client.get(f"{API}{asked}", params=query).status_code

    assert stamps(root) == before
    assert max(answers.values()) < 500, answers
    of_draft = {path: answers[path] for path in answers if "{draft_id}" in path}
    assert len(of_draft) > 5 and set(of_draft.values()) == {200}
    not_there = {path for path, status in answers.items() if status != 200}
    assert {path for path in not_there if "{run_id}" not in path} == {
        "/audiences/{name}/changes",  # there is one version alone
        "/audiences/{name}/diff",
    }


@pytest.mark.parametrize(
    "named", ["NewRun", "NewComparison", "NewDraft", "DraftChange", "AskedOutput"]
)
def test_what_a_request_needs_has_an_example(client, named):
    schemas = client.get(f"{API}/openapi.json").json()["components"]["schemas"]

    fields = schemas[named]["properties"]
    needed = set(schemas[named].get("required", fields))

    assert {name for name in needed if not fields[name].get("examples")} == set()


def test_every_operation_is_in_the_document_with_its_refusals(client):
    document = client.get(f"{API}/openapi.json").json()

    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], path
            assert {"401", "403", "422", "500"} <= set(operation["responses"]), path
            assert "HTTPValidationError" not in json.dumps(operation), (path, method)


def test_what_was_done_is_in_the_audit_log(client, studio):
    records = audit.read(studio.workshop.home)

    verbs = {each.verb for each in records}
    assert {"specified", "served"} <= verbs
    assert {"archived", "unarchived", "exported"} <= verbs
    assert "local" in {each.who for each in records if each.verb == "specified"}
    page = client.get(f"{API}/audit?limit=1").json()
    assert page["items"][0]["number"] == len(records) == page["total"]
