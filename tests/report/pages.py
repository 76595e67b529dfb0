"""Report pages of small builds, and how a test reads one."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import pandas as pd

from report.charts import (
    attribute_weights_chart,
    deciles_chart,
    reach_chart,
    score_histogram_chart,
)
from report.drawing import draw
from report.figures import AudienceFigures, audience_figures
from report.page import Headline, Page, Source
from report.sections import report_sections

INLINE = {"a", "bdi", "code", "em", "span", "strong"}
VOID = {"meta", "link", "img", "br", "hr", "input"}


@dataclass
class Html(HTMLParser):
    """A document as its tags with their attributes, and its text on one line."""

    document: str
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.document)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in INLINE:
            self.words.append(" ")
        if tag not in VOID:
            self.open_tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open_tags.pop() == tag, tag

    def handle_data(self, data):
        if not {"style", "head"} & set(self.open_tags):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def figures_of(tables: dict[str, pd.DataFrame], **options: object) -> AudienceFigures:
    return audience_figures(
        **tables, **{"delivered_people": 150, "held_out_auc": 0.8, **options}
    )


def page_of(
    tables: dict[str, pd.DataFrame],
    histogram: pd.DataFrame,
    *,
    name: str = "Likely buyers",
    description: str = "",
    tags: tuple[str, ...] = (),
    left_out: tuple[dict[str, str], ...] = (),
    remarks: tuple[str, ...] = (),
    **options: object,
) -> Page:
    """The page of these tables; `options` go to the figures."""
    frames = {
        "audience_cut": tables["cut"],
        "report_histogram": histogram,
        **{f"report_{name}": frame for name, frame in tables.items()},
    }
    charts = [
        reach_chart(tables["curve"], 150),
        attribute_weights_chart(tables["attribute_weights"]),
        deciles_chart(tables["deciles"]),
        score_histogram_chart(
            histogram, tables["cut"].to_dict("records")[0]["cut_score"]
        ),
    ]
    return Page(
        Headline(
            name,
            description,
            tags,
            3,
            "2026-11-24 19:16:43 UTC",
            (
                Source("Seed", "buyers", 42, "1dbe460cc5f4"),
                Source("Population", "customers", 1010, "c4cc38f88703"),
            ),
        ),
        report_sections(
            figures_of(tables, **options),
            frames,
            [draw(chart) for chart in charts],
            left_out,
            remarks,
        ),
        (("Build", "8b6aed2492506246"), ("numpy", "2.4.6")),
    )
