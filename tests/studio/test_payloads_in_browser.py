"""Hostile texts in every field that pages take: shown as typed, and nothing of them runs."""

from functools import partial

import pytest
from playwright.sync_api import expect
from pydantic import TypeAdapter, ValidationError

from catalog.home import create_home
from catalog.specification_fields import FreeText
from studio.services import audiences, datasets, drafts
from studio.services.draft_store import Step
from studio.services.opening import open_studio
from tests.faults.payload_texts import payloads
from tests.studio.conftest import write_people
from tests.studio.served import served, until

pytestmark = pytest.mark.browser

MS = 120_000
COLUMN = "motto"
LONGEST_TAG = 100


def is_text(text):
    """True for what a free text may be; the rest is refused by name."""
    try:
        TypeAdapter(FreeText).validate_python(text)
    except ValidationError:
        return False
    return True


TEXTS = [
    each.text
    for each in payloads(120, seed=5)
    if each.kind in ("html", "jinja", "markdown", "format", "yaml", "sql")
    and is_text(each.text)
    and "\n" not in each.text
    and len(each.text) < LONGEST_TAG
]
ALL = " | ".join(TEXTS)
# Enough rows of each that its value is told.
GROUPS = TEXTS[:12]
TYPED = '<img src=x onerror="window.canary=1"> {{ 7 * 7 }} ${alert(1)}'


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A home whose people have hostile mottos, and whose datasets say hostile things."""
    folder = tmp_path_factory.mktemp("payloads")
    opened = open_studio(create_home(folder / "home"))
    sides = zip(("seed", "population"), write_people(folder, seed=600), strict=True)
    for name, frame in sides:
        mottos = [GROUPS[number % len(GROUPS)] for number in range(len(frame))]
        frame.assign(**{COLUMN: mottos}).to_parquet(folder / f"{name}.parquet")
        datasets.add(
            opened.catalog,
            opened.engine,
            folder / f"{name}.parquet",
            name,
            table=None,
            csv_schema=None,
            description=f"{name} {TYPED} {ALL}",
        )
    return opened


@pytest.fixture(scope="module")
def address(workshop):
    with served(workshop.home.root, workshop.home.root.parent) as found:
        yield found


@pytest.fixture
def page(browser, address):
    """A page on which nothing of a text has run when it is left."""
    opened = browser.new_page()
    opened.set_default_timeout(MS)
    said = []
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("dialog", lambda dialog: said.append(dialog.message))
    opened.on("console", lambda told: told.type == "error" and said.append(told.text))
    opened.on(
        "request", lambda asked: asked.url.startswith(address) or said.append(asked.url)
    )
    yield opened
    assert said == []
    assert opened.evaluate("window.canary") is None
    opened.close()


@pytest.fixture(scope="module")
def draft(workshop):
    """A draft with the texts in every field that takes one."""
    begun = drafts.begin(workshop, owner=TEXTS[0])
    return drafts.change(
        workshop,
        begun.id,
        {
            "name": GROUPS[0],
            "description": ALL,
            "tags": TEXTS,
            "seed": {
                "dataset": "seed",
                "where": [{"column": COLUMN, "is_not": each} for each in GROUPS[1:3]],
            },
            "population": {
                "dataset": "population",
                "where": [{"column": COLUMN, "is_not": f"not {GROUPS[0]}"}],
            },
            "output": {
                "top": 60,
                "quotas": {
                    "attribute": COLUMN,
                    "at_most": dict.fromkeys(GROUPS[3:9], 0.5),
                },
            },
            "limits": {"allow_indistinct": True},
        },
    )


def shown_on(page):
    """All text of the page, as it stands in its elements and fields."""
    return page.evaluate(
        "document.body.textContent + ' ' + [...document.querySelectorAll("
        "'input, textarea')].map(each => each.value).join(' ')"
    )


def test_enough_texts_of_each_kind_are_tried():
    assert len(TEXTS) > 40
    assert sum("<" in each for each in TEXTS) >= 10


@pytest.mark.parametrize(
    ("step", "waits", "texts"),
    [
        (Step.seed, "rows fit", GROUPS[1:3]),
        (Step.population, "rows fit", [f"not {GROUPS[0]}"]),
        (Step.attributes, "attributes are chosen", GROUPS[1:3]),
        (Step.output, "times a random draw", GROUPS[3:9]),
        (Step.finalise, "Joined by", [ALL, *GROUPS[1:3]]),
    ],
)
def test_the_builder_shows_what_a_draft_holds_as_it_is(page, draft, step, waits, texts):
    page.goto(f"/builder/{draft.id}/{step}")
    page.get_by_text(waits).first.wait_for(state="attached")

    found = shown_on(page)

    assert [each for each in texts if each not in found] == []
    for summary in page.locator("summary").all():
        summary.click()
    page.wait_for_timeout(500)


def test_lists_and_pages_show_what_was_typed_as_it_is(page, workshop, draft):
    asked = drafts.specification(workshop, draft).model_copy(update={"name": "Typed"})
    audience, _ = audiences.keep_specification(workshop, asked, None)
    for path, texts in {
        "/datasets": [TYPED],
        "/datasets/seed": [TYPED, ALL],
        "/drafts": [GROUPS[0]],
        f"/audiences/{audience.slug}": [*TEXTS, ALL],
    }.items():
        page.goto(path)
        page.locator("main h1, .studio-main h1").first.wait_for()
        found = shown_on(page)
        assert [each for each in texts if each not in found] == [], path
    page.goto("/audiences")
    for label in ("Tag", "Owner"):
        page.get_by_label(label).click()
        options = page.get_by_role("option").all_text_contents()
        assert TEXTS[0] in options, label
        page.keyboard.press("Escape")
    page.goto(f"/audiences?tag={'%3Cscript%3Ewindow.canary=1%3C/script%3E'}")
    page.get_by_text("No audience fits").wait_for()


def test_a_draft_that_was_put_away_shows_its_choices_as_they_are(page, workshop, draft):
    copy = drafts.duplicate(workshop, draft.id)
    drafts.start_over(workshop, copy.id)

    page.goto(f"/builder/{copy.id}/done")
    page.get_by_text("was put away").wait_for()

    found = shown_on(page)
    assert [each for each in GROUPS[1:3] if each not in found] == []


def test_fields_keep_what_is_typed_and_show_it_again(page, workshop):
    begun = drafts.begin(workshop)
    chosen = {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}}
    draft = drafts.change(workshop, begun.id, {**chosen, "name": "typed by hand"})
    page.goto(f"/builder/{draft.id}/finalise")
    page.get_by_text("Joined by").first.wait_for()

    def is_kept(typed):
        kept = drafts.read(workshop, draft.id)
        return typed in (kept.choices.description, *kept.choices.tags, kept.owner)

    for label in ("Description", "Tags", "Owner"):
        page.get_by_label(label, exact=True).fill(f"{label} {TYPED}")
        until(partial(is_kept, f"{label} {TYPED}"))
    page.reload()
    for label in ("Description", "Tags", "Owner"):
        expect(page.get_by_label(label, exact=True)).to_have_value(f"{label} {TYPED}")

    page.goto(f"/builder/{draft.id}/seed")
    page.get_by_text("Use only some of its rows").first.click()
    page.get_by_label("Column", exact=True).first.click()
    page.get_by_role("option", name=COLUMN).click()
    page.get_by_label("Value", exact=True).first.fill(TYPED)
    page.get_by_role("button", name="Add", exact=True).first.click()
    page.locator(".chip", has_text=TYPED).wait_for()
    kept = drafts.read(workshop, draft.id)
    assert kept.choices.seed.where[0].is_ == TYPED
    assert kept.choices.tags == (f"Tags {TYPED}",)
    assert kept.owner == f"Owner {TYPED}"


def test_a_name_that_may_not_be_is_refused_in_words(page, workshop):
    begun = drafts.begin(workshop)
    chosen = {"seed": {"dataset": "seed"}, "population": {"dataset": "population"}}
    draft = drafts.change(workshop, begun.id, chosen)
    page.goto(f"/builder/{draft.id}/finalise")
    page.get_by_text("Joined by").first.wait_for()

    page.get_by_label("Name", exact=True).fill(
        "../<b onmouseover=window.canary=1>\u202e"
    )

    page.get_by_text("▲ This ").wait_for()
    expect(page.get_by_role("button", name="Create audience")).to_be_disabled()
