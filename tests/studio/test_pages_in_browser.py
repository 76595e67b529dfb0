"""The studio's pages as a browser shows them: quiet, accessible, true to what is typed."""

import gzip
import os
import shutil
from pathlib import Path

import httpx
import pandas as pd
import pytest
from playwright.sync_api import expect

from catalog.errors import StudioError
from catalog.home import Home
from catalog.specification import specification_of
from studio.services import datasets, drafts
from studio.services.opening import open_studio
from studio.web.components.upload_field import CUT_OFF, REFUSED
from studio.web.sign_in import NAMELESS, NO_ROLE, PAGE, TRY_AGAIN
from tests.faults.payload_texts import payloads
from tests.studio.axe import passed_by_axe, wait_until_still
from tests.studio.conftest import AUDIENCE, DESCRIPTION
from tests.studio.served import (
    add_version,
    as_program,
    served,
    sign_in,
    signed_in,
    until,
)

pytestmark = pytest.mark.browser

LOOKS = ((390, "dark"), (1280, "light"))
HOSTILE = payloads(60, seed=11)
COLUMNS = ("<img src=x onerror=\"window.canary='a'\">", "{{ 7 * 7 }}", "${alert(1)}")


@pytest.fixture(scope="module")
def studio_home(built_home, tmp_path_factory):
    """A home with a built audience of two versions, hostile names and an own folder."""
    _, answer = built_home
    folder = tmp_path_factory.mktemp("pages")
    shutil.copytree(built_home[0] / "home", folder / "home")
    workshop = open_studio(Home(folder / "home"))
    slug = answer.json["audience"]
    add_version(workshop, slug)
    population = workshop.catalog.list_datasets()[0].name
    for each in HOSTILE:
        try:
            workshop.catalog.save_specification(
                specification_of(
                    {
                        "name": each.text,
                        "description": each.text,
                        "tags": [each.text[:60]],
                        "seed": {"audience": AUDIENCE},
                        "population": {"dataset": population},
                        "output": {"top": 10},
                    }
                )
            )
        except StudioError:
            continue  # what no name may be is refused
    values = [each.text for each in HOSTILE[:4]] * 50
    hostile = pd.DataFrame({"user_id": range(200), **dict.fromkeys(COLUMNS, values)})
    hostile.to_csv(folder / "hostile.csv", index=False)
    named = next(e.slug for e in workshop.catalog.list_audiences() if e.slug != slug)
    add_version(workshop, named, people_of=slug)
    away = drafts.change(workshop, drafts.begin(workshop).id, {"name": "Away"})
    drafts.start_over(workshop, away.id)
    return folder, slug, workshop, away.id, named


@pytest.fixture(scope="module")
def address(studio_home):
    folder = studio_home[0]
    with served(folder / "home", folder) as found:
        yield found


@pytest.fixture(scope="module")
def browser(chromium, address, studio_home):
    with signed_in(chromium, address, studio_home[2].home) as found:
        yield found


@pytest.fixture
def page(browser):
    """A page of somebody who has signed in, that remembers what it said."""
    yield from watched(browser.new_page())


@pytest.fixture
def page_apart(chromium, address, studio_home):
    """The same of a browser that no other test uses."""
    with signed_in(chromium, address, studio_home[2].home) as found:
        yield from watched(found.new_page())


def watched(opened):
    opened.set_default_timeout(90_000)
    opened.said = []
    opened.on("console", lambda message: opened.said.append(message.text))
    opened.on("pageerror", lambda error: opened.said.append(str(error)))
    opened.on("dialog", lambda dialog: opened.said.append(dialog.message))
    yield opened
    # On a busy machine NiceGUI may ask for a page once more.
    assert [each for each in opened.said if not each.startswith("reloading")] == []
    assert opened.evaluate("window.canary") is None
    opened.close()


def visit(page, address):
    answer = page.goto(address)
    page.locator("h1").wait_for()
    page.wait_for_function("window.socket?.connected")
    page.wait_for_function("[...document.images].every(each => each.complete)")
    return answer


def option_of(field, name):
    """An option of a field's own menu; another's may still be closing beside it."""
    menu = field.page.locator(f"[id='{field.get_attribute('aria-controls')}']")
    return menu.get_by_role("option", name=name, exact=True)


def choose(page, label, option):
    field = page.get_by_label(label, exact=True)
    field.click()
    option_of(field, option).click()


def looks(page):
    """Show the page narrow and dark, then wide and light; gives the width."""
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        wait_until_still(page)
        assert lightness(page) > 0.8 if scheme == "light" else lightness(page) < 0.2
        yield width


def lightness(page):
    """Of the ground of the page: 0 is black and 1 white."""
    ground = "getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g)"
    return sum(map(float, page.evaluate(ground)[:3])) / (3 * 255)


@pytest.mark.parametrize(
    "path",
    [
        "/audiences",
        "/audiences/{slug}",
        "/audiences/{slug}/changes",
        "/overlap?audiences={slug}",
        "/overlap?audiences={slug},{named}",
        "/drafts",
        "/runs",
        "/datasets",
        "/datasets/seed",
        "/datasets/add",
        "/builder/{away}/done",
        "/nowhere",
        "/audiences/nobody",
        "/audiences/{slug}?version=9",
        "/audiences?page=x",
    ],
)
def test_a_page_is_accessible_and_never_scrolls_sideways(
    page, address, studio_home, path
):
    there = path.format(slug=studio_home[1], away=studio_home[3], named=studio_home[4])
    if not visit(page, address + there).ok:
        page.said.clear()  # the browser says so

    for width in looks(page):
        passed = passed_by_axe(page)

        assert {"color-contrast", "page-has-heading-one"} <= passed
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("h1").count() == 1


@pytest.mark.parametrize(
    "body", ["", "ticket", "token", TRY_AGAIN, NO_ROLE, NAMELESS.format(claim="email")]
)
def test_the_way_in_is_accessible_and_never_scrolls_sideways(chromium, address, body):
    page = chromium.new_page()
    page.set_default_timeout(90_000)
    page.goto(f"{address}/sign-in{'?token=used' if body == 'ticket' else ''}")
    if body == "token":
        page.get_by_label("Token of this studio").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
    elif body.startswith("<"):
        page.set_content(PAGE.format(heading="Sign in", body=body, extra=""))
    if body:
        page.get_by_role("alert").wait_for()

    for width in looks(page):
        passed = passed_by_axe(page)

        assert {"color-contrast", "page-has-heading-one"} <= passed
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize(
    ("path", "button", "name"),
    [
        ("/audiences/{slug}", "Archive", f"Archive “{AUDIENCE}”?"),
        ("/audiences/{slug}", "Put version 1 into use", "Put version 1 into use?"),
        ("/datasets/seed", "Remove", "Remove the dataset “seed”?"),
        ("/datasets/seed", "Change the role of age", "What is “age” for?"),
        ("/drafts", "Delete the draft “Away”", "Delete the draft “Away”?"),
    ],
)
def test_a_dialog_is_named_by_its_heading(
    page, address, studio_home, path, button, name
):
    visit(page, address + path.format(slug=studio_home[1]))
    dialog = page.get_by_role("dialog", name=name, exact=True)

    for _ in looks(page):
        page.get_by_role("button", name=button, exact=True).click()
        dialog.wait_for()
        passed = passed_by_axe(page)
        page.keyboard.press("Escape")

        assert "aria-dialog-name" in passed
        dialog.wait_for(state="hidden")


def test_audiences_are_searched_and_filtered_and_the_address_says_so(page, address):
    visit(page, f"{address}/audiences")

    page.get_by_label("Search").fill("käufer")

    page.get_by_text("1 audience;").wait_for()
    assert page.locator("tbody tr").count() == 1
    assert page.locator("tbody th a").text_content() == AUDIENCE
    page.wait_for_url("**/audiences?search=k%C3%A4ufer")
    page.get_by_label("State").click()
    page.get_by_role("option", name="Failed").click()
    page.get_by_text("No audience fits").wait_for()
    page.wait_for_url("**&state=failed")
    page.get_by_label("Search").fill("ann@example.org")
    page.wait_for_url("**/audiences?state=failed")


def test_hostile_names_are_shown_as_they_were_typed(page, address, studio_home):
    names = {each.name for each in studio_home[2].catalog.list_audiences()}
    assert len(names) > 30
    shown = set()

    for number in (1, 2):
        visit(page, f"{address}/audiences?page={number}")
        shown |= set(page.locator("tbody th a").all_text_contents())

    assert shown == names


def test_an_audience_is_told_with_pictures_and_without_identifiers(
    page, address, studio_home
):
    slug = studio_home[1]
    visit(page, f"{address}/audiences/{slug}")

    drawn = page.evaluate("[...document.images].map(each => each.naturalWidth)")

    assert page.locator("h1").text_content() == AUDIENCE
    assert page.locator("h1 + p").text_content() == DESCRIPTION
    assert len(drawn) >= 4
    assert min(drawn) >= 600
    assert all(page.evaluate("[...document.images].map(each => each.alt.length > 20)"))
    assert "user 1" not in page.content()


def test_a_person_is_explained_and_never_named_in_the_address(
    page, address, studio_home
):
    _, slug, workshop, *_ = studio_home
    path = workshop.catalog.served_version(slug).path
    person = pd.read_parquet(f"{path}/members.parquet")["user_id"].iloc[0]
    visit(page, f"{address}/audiences/{slug}")

    page.get_by_label("Identifier", exact=True).fill(person)
    page.get_by_role("button", name="Explain", exact=True).click()

    page.locator(".waterfall .total").first.wait_for()
    assert page.locator(".waterfall .track").count() >= 4
    assert person.replace(" ", "%20") not in page.url
    assert person not in page.locator("main").inner_text()
    page.get_by_label("Identifier", exact=True).fill("nobody")
    page.get_by_role("button", name="Explain", exact=True).click()
    page.get_by_role("alert").filter(has_text="has nobody").wait_for()


def test_a_person_in_the_table_is_explained_by_the_keyboard_alone(
    page, address, studio_home
):
    _, slug, workshop, *_ = studio_home
    path = workshop.catalog.served_version(slug).path
    keys = list(pd.read_parquet(f"{path}/members.parquet")["person_key"][:2])
    visit(page, f"{address}/audiences/{slug}")
    place = page.url

    for key in keys:
        page.get_by_role("button", name=f"Explain person {key[:12]}").focus()
        page.keyboard.press("Enter")
        answer = page.get_by_role("group", name="Why this person")
        answer.get_by_text(f"Person {key[:12]}… has rank").wait_for()
        page.wait_for_function("document.activeElement.innerText.startsWith('Person')")
        assert page.locator(".waterfall").count() == 1

    assert page.locator(".waterfall .track").count() >= 4
    assert page.url == place
    assert not [key for key in keys if key in page.content()]


def test_an_earlier_version_is_put_into_use_after_a_question(
    page, address, studio_home
):
    _, slug, workshop, *_ = studio_home
    visit(page, f"{address}/audiences/{slug}")
    assert workshop.catalog.served_version(slug).number == 2

    page.get_by_role("button", name="Put version 1 into use").click()
    page.get_by_text("Put version 1 into use?").wait_for()
    page.get_by_role("button", name="Put into use", exact=True).last.click()

    page.locator("dd", has_text="1").first.wait_for()
    page.get_by_role("button", name="Put version 2 into use").wait_for()
    assert workshop.catalog.served_version(slug).number == 1


def test_an_audience_is_archived_and_taken_out_again(page, address, studio_home):
    _, slug, workshop, *_ = studio_home
    visit(page, f"{address}/audiences/{slug}")

    page.get_by_role("button", name="Archive").click()
    page.get_by_text("Nothing is deleted").wait_for()
    page.get_by_role("button", name="Archive").last.click()

    page.wait_for_url("**/audiences")
    assert workshop.catalog.get_audience(slug).is_archived
    visit(page, f"{address}/audiences/{slug}")
    page.get_by_role("button", name="Take out of the archive").click()
    page.get_by_text("listed and refreshed again").wait_for()
    page.get_by_role("button", name="Take out of the archive").last.click()
    page.locator("dd", has_text="Served").wait_for()
    assert not workshop.catalog.get_audience(slug).is_archived


def test_a_file_is_uploaded_shown_saved_and_mapped_otherwise(
    page, address, studio_home
):
    folder, _, workshop, *_ = studio_home
    visit(page, f"{address}/datasets/add")

    page.locator("input[type=file]").set_input_files(folder / "hostile.csv")

    page.get_by_text("How it will be read").wait_for()
    assert page.get_by_role("cell", name="hidden", exact=True).count() == 1
    assert set(COLUMNS) <= set(page.locator("tbody th").all_text_contents())
    page.get_by_label("Name", exact=True).fill("Hostile values")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/datasets/hostile_values")
    shown = page.locator(".bars .name").all_text_contents()
    assert HOSTILE[0].text[:20] in "".join(shown)
    page.get_by_role("button", name="Change the role of user_id").click()
    page.get_by_label("Role", exact=True).click()
    page.get_by_role("option", name="Metadata").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("set by a person").wait_for()
    roles = {m.column: m.role for m in workshop.catalog.mappings("hostile_values")}
    assert roles["user_id"] == "metadata"


def test_a_menu_stays_open_while_a_type_that_was_chosen_before_is_read(
    page, address, studio_home, tmp_path
):
    file = tmp_path / "types.csv"
    rows = "".join(f"u{n},{n},word {n}\n" for n in range(30))
    file.write_text(f"user_id,visits,said\n{rows}")
    visit(page, f"{address}/datasets/add")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("How it will be read").wait_for()
    visits = page.locator("tbody tr", has_text="visits")
    said = page.get_by_role("combobox", name="Type of said", exact=True)
    type_of_visits = page.get_by_role("combobox", name="Type of visits", exact=True)

    type_of_visits.click()
    option_of(type_of_visits, "Number").click()
    said.click()
    visits.get_by_text("0.0, 1.0, 2.0").wait_for()
    option_of(said, "Date").click()
    page.get_by_role("alert").filter(has_text="'said'").wait_for()

    expect(said).to_have_value("Text")
    expect(type_of_visits).to_have_value("Number")
    type_of_visits.click()
    option_of(type_of_visits, "Whole number").click()
    visits.get_by_text("0, 1, 2", exact=False).wait_for()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_file_is_read_as_its_marks_are_chosen_and_shown_before_it_is_saved(
    page, address, studio_home, tmp_path
):
    workshop = studio_home[2]
    rows = "".join(f"{n},'a ''b''',1.2.2024,{n}\n" for n in range(40))
    file = tmp_path / "odd.csv"
    file.write_text(f"user_id,plan,seen,spent\n40,'c',3.4.2024,?\n{rows}")
    visit(page, f"{address}/datasets/add")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("How it will be read").wait_for()

    def row_of(column):
        head = page.get_by_role("rowheader", name=column, exact=True)
        return page.locator("tbody tr", has=head)

    row_of("plan").get_by_text("'c', 'a ''b'''").wait_for()
    choose(page, "Quotes", "Single (')")
    row_of("plan").get_by_text("c, a 'b'").wait_for()
    choose(page, "Dates", "31.12.2026")
    row_of("seen").get_by_text("2024-04-03, 2024-02-01").wait_for()
    missing = page.get_by_label("Also missing", exact=True)
    missing.fill("?")
    missing.press("Enter")
    row_of("spent").get_by_text("–, 0, 1").wait_for()
    expect(page.get_by_label("Type of spent")).to_have_value("Whole number")
    page.wait_for_function("document.activeElement.value === '?'")
    passed_by_axe(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_label("Name", exact=True).fill("Odd marks")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/datasets/odd_marks")

    assert page.locator("dd", has_text="day, month, year").count() == 1
    schema = workshop.catalog.get_dataset("odd_marks").csv_schema
    assert (schema.quote, schema.escape) == ("'", "'")
    assert (schema.date_format, schema.null_tokens) == ("%d.%m.%Y", ("", "?"))
    datasets.remove(workshop, "odd_marks")


def test_a_ragged_file_is_read_by_the_marks_that_are_chosen_then(
    page, address, studio_home, tmp_path
):
    folder, _, workshop, *_ = studio_home
    file = tmp_path / "ragged.csv"
    rows = "".join(f"{n};'a; {'b' * (n % 2)}';1,5\n" for n in range(40))
    file.write_text(f"user_id;plan;spent\n40;free;2,5\n{rows}")
    visit(page, f"{address}/datasets/add")
    page.locator("input[type=file]").set_input_files(file)
    refused = page.get_by_role("alert").filter(has_text="file")
    save = page.get_by_role("button", name="Save")

    refused.filter(has_text="line 3 has 4 fields where 3 are expected").wait_for()
    expect(page.get_by_label("Delimiter", exact=True)).to_have_value("Semicolon")
    page.get_by_text("It cannot be read like this").wait_for()
    assert save.count() == 0
    passed_by_axe(page)
    choose(page, "Delimiter", "Comma")
    refused.filter(has_text="another delimiter than commas").wait_for()
    expect(page.get_by_label("Delimiter", exact=True)).to_have_value("Comma")
    choose(page, "Quotes", "Single (')")
    choose(page, "Delimiter", "Semicolon")
    page.get_by_text("41 rows. Nothing is saved yet.").wait_for()
    assert refused.count() == 0
    assert "ragged" not in {each.name for each in workshop.catalog.list_datasets()}
    save.click()
    page.wait_for_url("**/datasets/ragged")
    schema = workshop.catalog.get_dataset("ragged").csv_schema
    assert (schema.delimiter, schema.quote, schema.escape) == (";", "'", "'")
    datasets.remove(workshop, "ragged")


def test_a_file_that_cannot_be_read_is_left_and_kept_nowhere(
    page, address, studio_home, tmp_path
):
    (tmp_path / "ragged.csv").write_bytes(b"a,b\n1,2\n1,2,3\n4,5\n")
    before = kept_for_nobody(studio_home)  # of pages that were closed a moment ago
    visit(page, f"{address}/datasets/add")
    page.locator("input[type=file]").set_input_files(tmp_path / "ragged.csv")
    page.get_by_role("alert").filter(has_text="line 3").wait_for()
    assert kept_for_nobody(studio_home) - before

    page.get_by_role("button", name="Leave it").click()

    page.get_by_text("How it will be read").wait_for(state="detached")
    until(lambda: kept_for_nobody(studio_home) <= before)


def kept_for_nobody(studio_home):
    """Uploads in the home that are no dataset's."""
    kept = {dataset.path for dataset in studio_home[2].catalog.list_datasets()}
    # A folder may go away meanwhile, with a page that was closed.
    uploads = os.walk(studio_home[0] / "home/uploads")
    found = {str(Path(folder) / name) for folder, _, names in uploads for name in names}
    return found - kept


@pytest.mark.parametrize("path", ["/audiences", "/datasets", "/audiences/{slug}"])
@pytest.mark.parametrize("width", [740, 800, 880, 1280])
def test_a_time_stands_in_one_line_and_in_sight(
    page, address, studio_home, path, width
):
    page.set_viewport_size({"width": width, "height": 900})
    visit(page, address + path.format(slug=studio_home[1]))

    times = page.locator("td .time, td.time")
    assert times.count() > 0
    assert times.evaluate_all(
        "all => all.every((each) => each.getClientRects().length === 1"
        " && each.getBoundingClientRect().right <= innerWidth)"
    )


def test_a_class_of_a_margin_counts_on_a_paragraph(page, address):
    visit(page, f"{address}/audiences/never_there")
    margin = "(each) => getComputedStyle(each).marginBottom"
    assert page.locator(".notice p").evaluate(margin) == "0px"
    page.said.clear()  # the browser says that there is none

    visit(page, f"{address}/datasets/add")

    assert page.locator(".panel p").first.evaluate(margin) == "12px"


def test_what_is_folded_has_a_sign_that_turns(page, address, studio_home):
    visit(page, f"{address}/audiences/{studio_home[1]}")
    folded = page.locator("summary").first
    sign = (
        "each => [getComputedStyle(each).display, getComputedStyle(each).listStyleType]"
    )

    assert folded.evaluate(sign) == ["list-item", "disclosure-closed"]
    folded.click()
    assert folded.evaluate(sign) == ["list-item", "disclosure-open"]


def test_on_a_phone_the_name_of_a_line_alone_stands_out(page, address):
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, f"{address}/audiences")
    weight = "each => Number(getComputedStyle(each).fontWeight)"

    name = page.get_by_role("link", name=AUDIENCE, exact=True)
    about = page.get_by_text(DESCRIPTION, exact=True)

    assert about.evaluate(weight) < name.evaluate(weight)


def test_saving_a_dataset_says_that_it_is_at_work_and_ends_in_words(
    page, address, studio_home
):
    folder, _, workshop, *_ = studio_home
    visit(page, f"{address}/datasets/add")
    page.locator("input[type=file]").set_input_files(folder / "hostile.csv")
    save = page.get_by_role("button", name="Save")
    name = page.get_by_label("Name", exact=True)
    name.fill("seed")

    save.click()

    page.get_by_role("alert").filter(has_text="'seed'").wait_for()
    expect(save).to_be_enabled()
    name.fill("Patient values")
    with workshop.catalog.alone():
        save.click()
        page.get_by_text("Another change has to end first").wait_for()
        expect(save).to_be_disabled()
        assert save.locator(".q-spinner").count() == 1
        assert page.locator("[inert]").count() == 3
        passed_by_axe(page)
        assert "Patient values" not in {
            each.name for each in workshop.catalog.list_datasets()
        }
    page.wait_for_url("**/datasets/patient_values")


def test_a_page_that_is_closed_while_it_saves_leaves_the_dataset_whole(
    page, address, studio_home
):
    folder, _, workshop, *_ = studio_home
    visit(page, f"{address}/datasets/add")
    page.locator("input[type=file]").set_input_files(folder / "hostile.csv")
    page.get_by_label("Name", exact=True).fill("Left alone")

    with workshop.catalog.alone():
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Another change has to end first").wait_for()
        page.goto("about:blank")
        page.wait_for_timeout(8_000)

    def saved():
        return [
            each
            for each in workshop.catalog.list_datasets()
            if each.name == "Left alone"
        ]

    for _ in range(300):
        if saved():
            break
        page.wait_for_timeout(100)
    (dataset,) = saved()
    assert Path(dataset.path).exists()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "cut.csv.gz",
            gzip.compress(b"a,b\n" + os.urandom(4000).hex().encode())[:900],
            "",
        ),
        ("shop.duckdb", b"DUCK", "not taken as an upload"),
        ("people.exe", b"MZ", "has an ending that is not known"),
        ("part.parquet", b"PAR1 and no more", "not a whole Parquet file"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence_and_kept_nowhere(
    page, address, studio_home, tmp_path, name, content, told
):
    (tmp_path / name).write_bytes(content)
    before = kept_for_nobody(studio_home)
    visit(page, f"{address}/datasets/add")

    page.locator("input[type=file]").set_input_files(tmp_path / name)

    alert = page.get_by_role("alert").filter(has_text="file")
    alert.wait_for()
    assert told in alert.inner_text()
    assert page.get_by_role("button", name="Save").count() == 0
    until(lambda: kept_for_nobody(studio_home) <= before)


@pytest.mark.parametrize("status", [0, 401, 403, 413, 429, 500])
def test_an_upload_that_is_refused_before_it_is_read_is_told_by_its_status(
    chromium, address, studio_home, status
):
    page = chromium.new_page()
    page.set_default_timeout(90_000)
    sign_in(page, address, studio_home[2].home)
    visit(page, f"{address}/datasets/add")
    if status == 401:
        page.context.clear_cookies()
    else:
        # What no browser brings about, as it does not send what is too large for one.
        page.route(
            "**/_nicegui/client/*/upload/*",
            lambda route: route.fulfill(status=status) if status else route.abort(),
        )

    page.locator("input[type=file]").set_input_files(studio_home[0] / "hostile.csv")

    page.get_by_role("alert").filter(has_text=REFUSED.get(status, CUT_OFF)).wait_for()
    page.get_by_role("button", name="Choose a file").wait_for()
    assert page.get_by_role("button", name="Save").count() == 0
    page.close()


def test_why_a_dataset_is_not_saved_is_seen_where_it_was_saved(
    page, address, studio_home
):
    page.set_viewport_size({"width": 1280, "height": 500})
    visit(page, f"{address}/datasets/add")
    file = studio_home[0] / "hostile.csv"
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("Name", exact=True).fill("seed")

    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("registered already")
    expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_in_viewport()


def test_a_dataset_in_use_is_not_removed(page, address):
    visit(page, f"{address}/datasets/seed")

    page.get_by_role("button", name="Remove").click()
    page.get_by_text("The studio forgets it").wait_for()
    page.get_by_role("button", name="Remove").last.click()

    page.get_by_text("is used by").wait_for()


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/audiences/nobody",
        "/datasets/nothing",
        "/audiences/{slug}?version=9",
    ],
)
def test_what_is_not_there_is_said_with_its_status(browser, address, studio_home, path):
    page = browser.new_page()
    page.set_default_timeout(90_000)
    answer = visit(page, address + path.format(slug=studio_home[1]))

    assert answer.status == 404
    assert page.locator("h1").count() == 1
    assert page.get_by_role("link", name="My Audiences").count() >= 1
    page.close()


def test_the_colours_that_were_chosen_are_remembered(page_apart, address):
    page = page_apart
    visit(page, f"{address}/datasets")
    assert "body--light" in page.locator("body").get_attribute("class")

    page.get_by_role("button", name="Colours: system").click()
    page.get_by_role("button", name="Colours: light").click()
    page.get_by_role("button", name="Colours: dark").wait_for()
    page.wait_for_function("document.cookie.includes('studio_theme=dark')")

    visit(page, f"{address}/audiences")
    assert "body--dark" in page.locator("body").get_attribute("class")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_session_is_ended_in_the_bar_by_the_keyboard(page_apart, address, width):
    page = page_apart
    page.set_viewport_size({"width": width, "height": 900})
    visit(page, f"{address}/datasets")
    for words in ("local", "admin"):
        assert page.get_by_text(words, exact=True).is_visible()

    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")
    page.goto(f"{address}/datasets")

    assert "/sign-in?to=" in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_bar_stands_before_scripts_have_run_and_goes_with_them(
    page, address, scheme
):
    def look():
        bar = page.locator(".studio-bar:visible")
        name, links = bar.locator(".studio-brand"), bar.locator("nav a")
        return name.bounding_box(), links.all_text_contents(), colours()

    def colours():
        return page.evaluate(
            "['.studio-header', 'body'].map(each =>"
            " getComputedStyle(document.querySelector(each)).backgroundColor)"
        )

    page.emulate_media(color_scheme=scheme)
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"{address}/datasets")
    without = look()
    page.unroute("**/*.js")
    page.said.clear()  # that files were not loaded
    visit(page, f"{address}/datasets")

    assert page.locator(".shell").count() == 0
    assert look() == without
    assert without[1] == ["My Audiences", "New audience", "Runs", "Datasets"]


def test_pictures_and_files_are_served_still(address, studio_home):
    slug = studio_home[1]
    base = f"{address}/audiences/{slug}/versions/1"
    client = httpx.Client(headers=as_program(studio_home[2].home))

    picture = client.get(f"{base}/pictures/reach.svg")
    file = client.get(f"{base}/files/members.parquet")

    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert "default-src 'none'" in picture.headers["content-security-policy"]
    assert picture.text.startswith("<svg")
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.content.startswith(b"PAR1")
    for path in ("files/..%2f..%2fcatalog.db", "files/nothing", "pictures/nothing.svg"):
        assert client.get(f"{base}/{path}").status_code == 404, path
