import subprocess
import sys
from xml.etree import ElementTree

import pytest

from report.charts import (
    attribute_weights_chart,
    deciles_chart,
    reach_chart,
    score_histogram_chart,
)
from report.drawing import as_markdown, draw, render_svg

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "{{ config }}",
    "datum['x']",
    "a.b[0]",
    "![x](javascript:alert(1))",
    'quote " and \\ and `tick`',
    "</text><script>alert(1)</script>",
    "&amp; é 漢字",
    "constructor",
    "toString",
]


def words_of(svg):
    root = ElementTree.fromstring(svg)  # noqa: S314
    return [
        "".join(node.itertext())
        for node in root.iter("{http://www.w3.org/2000/svg}text")
    ]


def all_charts(tables, histogram):
    return [
        reach_chart(tables["curve"], 150),
        attribute_weights_chart(tables["attribute_weights"]),
        deciles_chart(tables["deciles"]),
        score_histogram_chart(histogram, 0.6),
    ]


def test_titles_say_the_finding(tables, histogram):
    assert [chart.title for chart in all_charts(tables, histogram)] == [
        "The first 150 people reach 60.0 % of the held-out seed; as many drawn at "
        "random would reach 15.0 %.",
        "“Job” carries 75.0 % of what tells the seed from the population. 1 of 3 carry "
        "nothing.",
        "The best tenth holds 5.0 times as many held-out seed people as a tenth drawn "
        "at random.",
        "Half of the held-out seed scores above 0.75, half of the population above "
        "0.25.",
    ]


def test_the_same_table_gives_the_same_picture(tables, histogram):
    for first, second in zip(
        all_charts(tables, histogram), all_charts(tables, histogram), strict=True
    ):
        assert render_svg(first) == render_svg(second)


def test_row_order_does_not_change_a_chart(tables, histogram):
    turned = {name: table.iloc[::-1] for name, table in tables.items()}

    assert all_charts(turned, histogram.iloc[::-1]) == all_charts(tables, histogram)


def test_the_reach_curve_marks_the_chosen_size_and_where_lift_ends(tables):
    words = words_of(render_svg(reach_chart(tables["curve"], 150)))

    assert "Chosen size: 150" in words
    assert "Beyond here no better than random: 200" in words
    assert "1,000" in words


def test_attributes_are_drawn_most_telling_first(tables):
    words = words_of(render_svg(attribute_weights_chart(tables["attribute_weights"])))

    drawn = [word for word in words if word in {"Job", "Age", "Day"}]
    assert drawn == ["Job", "Age", "Day"]
    assert "75.0 % · weight 0.90" in words


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_drawn_as_typed(tables, name):
    weights = tables["attribute_weights"].assign(column_name=["Day", name, "Age"])

    chart = attribute_weights_chart(weights)
    svg = render_svg(chart)

    assert name in words_of(svg)
    assert "<img" not in svg
    assert "<script" not in svg


def test_a_hostile_name_stays_inside_the_image_text(tables):
    weights = tables["attribute_weights"].assign(
        column_name=["Day", "](x) <b onclick=y> ![", "Age"]
    )

    words, picture = as_markdown(draw(attribute_weights_chart(weights))).split(
        "](data:image/svg+xml;base64,"
    )

    assert "\\]\\(x\\) &lt;b onclick\\=y&gt; \\!\\[" in words
    assert picture.endswith(")")


def test_control_characters_in_a_name_still_give_a_picture(tables):
    weights = tables["attribute_weights"].assign(
        column_name=["Day", "a\x00b\nc\u202ed\ufffe", "Age"]
    )

    assert "a b cd" in words_of(render_svg(attribute_weights_chart(weights)))


def test_equal_column_names_keep_a_bar_each(tables):
    weights = tables["attribute_weights"].assign(column_name="Same")

    words = words_of(render_svg(attribute_weights_chart(weights)))

    assert {"Same (job)", "Same (age)", "Same (day)"} <= set(words)


def test_markdown_is_small_enough_for_metadata(tables, histogram):
    for chart in all_charts(tables, histogram):
        assert len(as_markdown(draw(chart))) < 60_000


def test_many_attributes_are_summed_up(tables):
    few = tables["attribute_weights"]
    many = few.iloc[[1] * 40].assign(
        attribute=[f"a{count}" for count in range(40)], information_share=0.025
    )

    chart = attribute_weights_chart(many)

    assert len(chart.spec["data"]["values"]) == 20
    assert "20 more attributes carry 50.0 % together." in chart.subtitle
    assert len(as_markdown(draw(chart))) < 60_000


def test_tables_without_rows_are_drawn_and_say_so(tables, histogram):
    empty = {name: table.iloc[:0] for name, table in tables.items()}

    for chart in all_charts(empty, histogram.iloc[:0]):
        assert chart.title.startswith("No ")
        assert words_of(render_svg(chart))


def test_degenerate_tables_are_drawn(tables, histogram):
    nothing = {"information_share": float("nan"), "attribute_weight": 0.0}
    charts = [
        reach_chart(tables["curve"].iloc[:1], 0),
        reach_chart(tables["curve"].assign(recall=[0.0, 0.1, 0.4, 1.0]), 10**9),
        attribute_weights_chart(tables["attribute_weights"].assign(**nothing)),
        attribute_weights_chart(tables["attribute_weights"].iloc[:1]),
        deciles_chart(tables["deciles"].iloc[:1]),
        deciles_chart(tables["deciles"].assign(lift=float("nan"))),
        deciles_chart(tables["deciles"].assign(lift=0.0)),
        score_histogram_chart(histogram.assign(seed_count=0), 1.0),
        score_histogram_chart(histogram.iloc[:1], 0.0),
    ]

    for chart in charts:
        words = words_of(render_svg(chart))
        assert words
        assert not any("NaN" in word or "undefined" in word for word in words)


def test_importing_the_room_loads_no_heavy_library():
    code = (
        "import sys, report.charts, report.figures\n"
        "print({'pandas', 'numpy', 'altair', 'vl_convert'} & set(sys.modules))"
    )

    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert run.stdout.strip() == "set()"
