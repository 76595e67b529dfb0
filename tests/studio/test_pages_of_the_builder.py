"""The builder's pages as they answer without a browser."""

import errno
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from catalog.errors import StudioError
from catalog.store import Catalog
from orchestration.jobs import REQUEST_TAG
from studio.services import choices, comparison, dataset_sources, draft_store, drafts
from studio.services.access import person_id
from studio.services.audit import acting_as
from tests.report.test_comparison_words import AUTO, SAY, TIED, against, comparison_of
from tests.studio.visits import pick_another_seed, press, radios_of, until

CHOICES = {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}}


def test_new_audience_begins_one_beside_other_peoples_drafts_and_edits(visits, slug):
    workshop = visits.studio.workshop
    before = {each.id for each in drafts.overview(workshop)}

    async def begin(user):
        await user.open("/builder")
        await until(lambda: drafts.newest_open(workshop) is not None)

    bruno = person_id("bruno")
    with acting_as(bruno):
        drafts.of_audience(workshop, slug)
        visits.as_("builder", begin)
        begun = drafts.newest_open(workshop)

    assert begun.begun_by == bruno and begun.id not in before
    again = visits.get("/builder", "builder")
    assert again.headers["location"] == f"/builder/{begun.id}/seed"
    assert visits.get("/builder", "admin").status_code == 200
    assert f"Begun by another person, {bruno}" in visits.get("/drafts", "admin").text
    assert "another person" not in visits.get("/drafts", "builder").text


def test_create_takes_what_was_typed_just_before_it(visits, monkeypatch):
    workshop = visits.studio.workshop
    draft = drafts.change(workshop, drafts.begin(workshop).id, CHOICES)
    check_name, change = drafts.check_name, drafts.change

    def slowly(act):
        def done(*arguments, **named):
            time.sleep(0.3)
            return act(*arguments, **named)

        return done

    async def hurry(user):
        client = await user.open(f"/builder/{draft.id}/finalise")
        await user.should_see("The name is free")
        monkeypatch.setattr(drafts, "check_name", slowly(check_name))
        monkeypatch.setattr(drafts, "change", slowly(change))
        fields = {
            each.props.get("label"): each
            for each in client.elements.values()
            if isinstance(each, ui.input | ui.textarea | ui.button)
        }
        fields["Description"].set_value("Typed last")
        fields["Owner"].set_value("Ada")
        fields["Name"].set_value("Typed in a hurry")
        button = fields["Create audience"]
        press(client, button)
        await until(lambda: drafts.read(workshop, draft.id).audience is not None)

    visits.as_("builder", hurry)

    kept = workshop.catalog.newest_specification("typed_in_a_hurry").specification
    assert (kept.description, kept.owner) == ("Typed last", "Ada")


def test_create_says_that_it_waits_for_a_dataset_that_is_read_in(visits):
    workshop = visits.studio.workshop
    begun = drafts.begin(workshop)
    draft = drafts.change(workshop, begun.id, {**CHOICES, "name": "Patient"})
    other = Catalog(workshop.home.catalog_url)

    async def wait(user):
        client = await user.open(f"/builder/{draft.id}/finalise")
        await user.should_see("Know before you build")
        button = next(
            each
            for each in client.elements.values()
            if each.props.get("label") == "Create audience"
        )
        with other.alone():
            press(client, button)
            await user.should_see("Another change has to end first")
            assert drafts.read(workshop, draft.id).audience is None
        await until(lambda: drafts.read(workshop, draft.id).audience is not None)
        await user.should_not_see("Another change has to end first")

    visits.as_("builder", wait)

    assert workshop.catalog.get_audience("patient").name == "Patient"


def test_scorers_are_compared_before_one_is_chosen(visits, monkeypatch):
    workshop = visits.studio.workshop
    draft = drafts.change(workshop, drafts.begin(workshop).id, CHOICES)
    refusal = StudioError("seed_too_small", "the seed", "has 3 people", "add some")
    lines = (AUTO | against(0.86) | SAY, TIED | against(0.91))
    found = comparison_of(*lines) | {"has_unlike": True}
    asked, ends = [], [refusal, SimpleNamespace(comparison=found)]
    may_end = threading.Event()

    def compare(_, specification):
        asked.append(specification)
        assert may_end.wait(60)
        end = ends.pop(0)
        if isinstance(end, StudioError):
            raise end
        return end

    monkeypatch.setattr(comparison, "compare_draft", compare)

    async def look(user):
        client = await user.open(f"/builder/{draft.id}/finalise")
        await user.should_see("Compare the scorers")
        (button,) = (
            each
            for each in client.elements.values()
            if each.props.get("label") == "Compare the scorers"
        )

        press(client, button)
        await user.should_see("Compares; asked for at")
        assert not button.enabled
        may_end.set()
        await user.should_see("the seed has 3 people.")
        assert button.enabled
        press(client, button)
        await user.should_see("weighted_bayes cannot be told from it")
        await user.should_see("With auto: The seed can be told from the population")
        await user.should_see("AUC against the negative seed")
        await user.should_see("0.910 (0.900 to 0.920)")
        await user.should_see("In auto weighted_bayes (regression) and boosted (trees)")
        await user.should_see("neighbours: needs an extra")

    visits.as_("builder", look)

    assert [each.seed.dataset for each in asked] == ["seed", "seed"]


def test_a_choice_that_the_disk_does_not_take_is_told_and_not_shown_as_kept(
    visits, monkeypatch
):
    workshop = visits.studio.workshop
    draft = drafts.change(workshop, drafts.begin(workshop).id, CHOICES)
    radios = []

    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    async def pick(user):
        client = await user.open(f"/builder/{draft.id}/seed")
        await user.should_see("Saved as you go")
        monkeypatch.setattr(draft_store, "write_text_whole", refuse)
        other = pick_another_seed(client)
        await user.should_see("the draft does not fit on the disk")
        await user.should_see("The last change is not saved")
        # Drawn anew, so the browser marks what is kept.
        await until(lambda: other.id not in client.elements)
        radios.extend("checked" in each.props for each in radios_of(client))

    visits.as_("builder", pick)

    assert radios.count(True) == 1 and len(radios) > 1
    assert drafts.read(workshop, draft.id) == draft


def test_an_audience_as_a_seed_tells_its_day_or_why_it_is_none(visits, slug):
    workshop = visits.studio.workshop
    catalog = workshop.catalog
    audience = catalog.get_audience(slug)
    version = catalog.served_version(audience.id)
    kept = catalog.newest_specification(audience.id).specification
    catalog.save_specification(kept.model_copy(update={"name": "Never built"}))

    def offered():
        found = choices.seeds(workshop, show_audiences=True)
        return {each.name: each for each in found if each.is_audience}

    known = offered()
    members = Path(version.path) / "members.parquet"
    aside = members.rename(members.with_name("aside"))
    lost = offered()[audience.name]
    aside.rename(members)

    good, unbuilt = known[audience.name], known["Never built"]
    assert good.eligible and good.changed_at == version.published_at
    assert good.keys == ("user_id",) and "are few" in good.notes[0]
    assert (unbuilt.eligible, unbuilt.code) == (False, "no_version")
    fits = [each.eligible for each in known.values()]
    assert fits == sorted(fits, reverse=True)
    assert (lost.eligible, lost.code) == (False, "version_gone")
    assert lost.reason == "has lost the people of its version 1 on disk"


def test_what_helps_is_told_by_what_is_on_the_page(visits, tmp_path):
    workshop = visits.studio.workshop
    path = tmp_path / "nobody.csv"
    path.write_text("job,age\n" + "baker,40\nclerk,50\n" * 30)
    dataset_sources.add(workshop, path, "Nobody at all")
    scheduled = {**CHOICES, "name": "Often", "refresh": {"schedule": "@daily"}}
    draft = drafts.change(workshop, drafts.begin(workshop).id, scheduled)
    told = []

    async def look(user):
        for step, words in (
            ("seed", "on its dataset's page"),
            ("finalise", "It is built again only while the studio runs."),
        ):
            client = await user.open(f"/builder/{draft.id}/{step}")
            await user.should_see(words)
            told.extend(
                str(each.text)
                for each in client.elements.values()
                if hasattr(each, "text") and each.props.get("id") != "workflow"
            )

    visits.as_("builder", look)

    assert not [each for each in told if "`lookalike" in each]


def test_a_draft_whose_build_was_retried_shows_how_the_retry_went(visits, slug):
    workshop, instance = visits.studio.workshop, visits.studio.runs._history._instance
    failed, built = (
        dg.DagsterRun(
            job_name="build",
            tags={"dagster/partition": slug, REQUEST_TAG: "retried"},
            status=status,
        )
        for status in (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS)
    )
    draft = drafts.change(workshop, drafts.begin(workshop).id, CHOICES)
    ended = {"state": draft_store.DraftState.created, "created": slug}
    draft_store.changed(workshop.home, draft.id, None, run=failed.run_id, **ended)
    signs = []

    async def look(user):
        await user.open(f"/builder/{draft.id}/done")
        signs.extend(
            each.text
            for each in user.find(kind=TextElement).elements
            if each.props.get("role") == "status"
        )

    for run in (failed, built):
        instance.add_run(run)
        visits.as_("builder", look)
    for run in (failed, built):
        instance.delete_run(run.run_id)

    assert signs == ["Failed", "Built"]
