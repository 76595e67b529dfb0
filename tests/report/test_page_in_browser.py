"""The report page as a browser shows it: quick, silent, within its width, accessible."""

import pytest

from report.page import render_page
from tests.report.pages import page_of

pytestmark = pytest.mark.browser

LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
WIDE, NARROW = 1400, 390


@pytest.fixture(params=["plain", "hostile"])
def document(request, tables, histogram, tmp_path):
    """The address of a page, once of an ordinary build and once of a hard one."""
    if request.param == "plain":
        page = page_of(tables, histogram, description="For spring.", tags=("bank",))
    else:
        long = "a_name_that_cannot_be_broken_" * 8
        tables["attribute_weights"] = tables["attribute_weights"].assign(
            column_name=[long, "<script>document.title='x'</script>", "العربية"]
        )
        tables["value_terms"] = tables["value_terms"].assign(
            value_text=[long, "<img src=x onerror=\"console.error('x')\">"]
        )
        page = page_of(
            tables,
            histogram,
            name=f"<script>document.title='x'</script> {long[:150]}",
            description=long,
            tags=(long[:190],),
            left_out=(
                {"attribute": long, "code": "id_like", "reason": long, "remedy": long},
            ),
            remarks=(long,),
        )
    path = tmp_path / "report.html"
    path.write_text(render_page(page), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def opened(chromium, document):
    """The page opened, with what it said and what it asked for."""
    page = chromium.new_page(viewport={"width": WIDE, "height": 900})
    page.said, page.asked = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(document)
    yield page
    page.close()


def test_it_opens_within_a_second(opened):
    seconds = []
    for _ in range(20):
        opened.reload()
        opened.wait_for_function(f"{LOADED} > 0")
        seconds.append(opened.evaluate(LOADED) / 1000)
        if seconds[-1] < 1.0:
            break

    print(f"The report opens in {min(seconds):.3f} s.")
    assert min(seconds) < 1.0, seconds


def test_it_says_nothing_and_asks_for_nothing(opened, document):
    asked = [url for url in opened.asked if not url.startswith("data:")]

    assert opened.said == []
    assert asked == [document]
    assert opened.title().endswith("version 3: look-alike audience report")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_page_never_scrolls_sideways(opened, width):
    opened.set_viewport_size({"width": width, "height": 900})

    assert opened.evaluate("document.documentElement.scrollWidth") <= width


def test_every_picture_is_drawn_and_wide_ones_scroll_in_their_box(opened):
    opened.set_viewport_size({"width": NARROW, "height": 900})

    drawn = opened.evaluate("[...document.images].map(each => each.naturalWidth)")
    boxes = opened.evaluate(
        "[...document.querySelectorAll('.chart')]"
        ".map(box => [box.scrollWidth, box.clientWidth])"
    )
    assert len(drawn) == 4
    assert all(width >= 600 for width in drawn)
    assert all(inside > outside for inside, outside in boxes)


@pytest.mark.parametrize(
    ("width", "scheme"), [(WIDE, "light"), (NARROW, "light"), (WIDE, "dark")]
)
def test_axe_finds_nothing_serious(opened, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    opened.set_viewport_size({"width": width, "height": 900})
    opened.emulate_media(color_scheme=scheme)

    found = Axe().run(opened).response

    looked_at = {rule["id"] for rule in found["passes"]}
    assert {"color-contrast", "image-alt"} <= looked_at
    assert width == WIDE or "scrollable-region-focusable" in looked_at
    assert [
        (rule["id"], [node["html"] for node in rule["nodes"]])
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
    ] == []


def test_a_dark_page_has_dark_pictures_and_prints_light(opened):
    page, picture = "document.body", "document.images[0]"
    colour = "getComputedStyle({}).backgroundColor"

    opened.emulate_media(color_scheme="dark")
    assert opened.evaluate(colour.format(page)) == "rgb(26, 26, 26)"
    assert "invert(0.9)" in opened.evaluate(f"getComputedStyle({picture}).filter")

    opened.emulate_media(color_scheme="dark", media="print")
    assert opened.evaluate(colour.format(page)) == "rgb(255, 255, 255)"
    assert opened.evaluate(f"getComputedStyle({picture}).filter") == "none"
