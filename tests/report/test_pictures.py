"""Pictures of a report come back from its page as they were drawn."""

from report.page import render_page
from report.pictures import pictures_of_page
from tests.report.pages import page_of


def test_each_picture_is_found_by_its_section(tables, histogram):
    page = page_of(tables, histogram, name='<img src="data:image/svg+xml;base64,eA==">')
    drawn = {
        section.anchor: section.values["picture"]
        for section in page.sections
        if "picture" in section.values
    }

    found = pictures_of_page(render_page(page))

    assert set(found) == set(drawn) == {"reach", "attributes", "deciles", "scores"}
    for anchor, picture in drawn.items():
        assert found[anchor].svg == picture.svg
        assert found[anchor].words == picture.words
