"""A version's report as blocks of words, figures and pictures, for a screen or REST.

Words and figures are those of the report's own sections, made from the files of the
version; each section that has a picture has the one that the report shows.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from catalog.datasets import Frozen
from report.words import number_text, plain_text, share_text

if TYPE_CHECKING:
    from report.drawing import Picture
    from report.figures import AudienceFigures
    from report.page import Section

Files = Mapping[str, Any]


class Table(Frozen):
    """A table whose first column heads its rows; `marked` are the rows that stand out."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: tuple[int, ...] = ()


class Block(Frozen):
    """A section: words, points, a picture by what it shows, tables.

    `is_folded`: the tables say what the picture shows, once more in figures.
    """

    anchor: str
    title: str
    words: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    picture: str | None = None
    tables: tuple[Table, ...] = ()
    is_folded: bool = False


class Tile(Frozen):
    """A headline figure with what it counts and what it means."""

    figure: str
    what: str
    meaning: str


def read_figures(document: Mapping[str, Any]) -> "AudienceFigures":
    """The figures of a version, from figures.json."""
    from report.figures import AttributeFigure, AudienceFigures, Fact
    from report.remarks import Remark

    return AudienceFigures(
        tuple(Fact(**each) for each in document["facts"]),
        tuple(document["sentences"]),
        tuple(AttributeFigure(**each) for each in document["attributes"]),
        tuple(Remark(**each) for each in document["warnings"]),
        tuple(Remark(**each) for each in document["notes"]),
    )


def tiles(figures: "AudienceFigures") -> tuple[Tile, ...]:
    """What to know first, as the report's summary tells it."""
    from report.sections import summary

    values = summary(figures).values
    told = values["told"]
    found = [
        Tile(
            figure=told["delivered_people"],
            what="people in the audience",
            meaning=f"of {told['candidate_people']} candidates",
        )
    ]
    if "lift" in told:
        what = "as many seed-like people as at random"
        meaning = "counted on held-out seed people, from whom it had not learnt"
        found.append(Tile(figure=f"{told['lift']} ×", what=what, meaning=meaning))
    if "recall" in told:
        at_random = values["at_random"]
        found.append(
            Tile(
                figure=told["recall"],
                what="of the held-out seed reached",
                meaning=f"as many people at random: {at_random}"
                if at_random
                else "by the people of the audience",
            )
        )
    if values["band"] is not None:
        found.append(
            Tile(
                figure=values["band"].name.capitalize(),
                what=f"held-out AUC {told['held_out_auc']}",
                meaning=values["pairs"],
            )
        )
    return tuple(found)


def blocks(
    figures: "AudienceFigures", files: Files, pictures: Mapping[str, "Picture"]
) -> tuple[Block, ...]:
    """The sections that the files of a version hold something for, in their order.

    `files` are its JSON files by their names without the ending.
    """
    told = files["figures"]
    quality, portrait = files.get("quality"), files.get("portrait")
    found = [
        *([_reach(figures, files, pictures)] if quality else []),
        *([_portrait(portrait)] if portrait else []),
        *([_quotas(told["quotas"])] if told.get("quotas") else []),
        *([_tiers(told["tiers"])] if told.get("tiers") else []),
        _weights(figures, pictures),
        *([_deciles(quality, pictures)] if quality else []),
        *([_scores(files["distributions"], pictures)] if pictures else []),
        *([_reliability(quality, pictures)] if quality else []),
        *(
            [scorers_block(files["comparison"], pictures)]
            if "comparison" in files
            else []
        ),
        *(_fairness(files["fairness"], pictures) if "fairness" in files else []),
        _every_figure(figures),
    ]
    return tuple(block for block in found if block is not None)


def _picture(pictures: Mapping[str, "Picture"], name: str) -> "Picture":
    from report.drawing import Picture

    return pictures.get(name, Picture(name, "", ""))


def _block(
    section: "Section", pictures: Mapping[str, "Picture"], **parts: Any
) -> Block:
    shown = pictures.get(section.anchor)
    return Block(
        anchor=section.anchor,
        title=section.title,
        picture=shown.words if shown else None,
        **parts,
    )


def _reach(
    figures: "AudienceFigures", files: Files, pictures: Mapping[str, "Picture"]
) -> Block:
    import pandas as pd

    from report.sections import reach

    quality = files["quality"]
    section = reach(
        figures,
        pd.DataFrame(quality["curve"]),
        _picture(pictures, "reach"),
        quality,
        has_quotas=bool(files["figures"].get("quotas")),
    )
    rows = section.values["rows"]
    advice = section.values["advice"]
    return _block(
        section,
        pictures,
        words=(
            "If the audience were the first so many people of the ranking, it would find"
            " this share of held-out seed people. As many people drawn at random would"
            " find the share in the second column.",
            *([advice] if advice else []),
        ),
        tables=(
            Table(
                caption="Reach by audience size",
                head=("People", "At random", "Reached", "Lift", "95 %"),
                rows=tuple(
                    (
                        " · ".join([row["people"], *row["marks"]]),
                        row["share"],
                        row["recall"],
                        row["lift"],
                        row["between"],
                    )
                    for row in rows
                ),
                marked=tuple(at for at, row in enumerate(rows) if row["marks"]),
            ),
        ),
    )


def _portrait(portrait: Mapping[str, Any]) -> Block:
    from report.sections import in_words

    section = in_words(portrait)
    values = section.values
    points = [
        " and ".join(f"{one['name']} is {one['value']}" for one in each["conditions"])
        + f": {each['told']}."
        for each in values["segments"]
    ]
    tables = [
        Table(
            caption=kind["words"],
            head=("Value", "Audience", side, "Times"),
            rows=tuple(
                (
                    f"{row['name']}: {row['value']}",
                    row["audience"],
                    row["other"],
                    row["times"],
                )
                for row in kind["rows"]
            ),
        )
        for side, name in (("Population", "of_population"), ("Seed", "of_seed"))
        for kind in values[name]
    ]
    words = (
        f"Fewer than {values['fewest']} people are shown as “few”, or left out, and not"
        " told apart."
        " The population is counted without the seed's people.",
        f"Groups of a tenth of the audience or more; together they hold"
        f" {values['together']} of it."
        if points
        else "No combination of values is both frequent in the audience and clearly"
        " more common there than in the population.",
    )
    return _block(section, {}, words=words, points=tuple(points), tables=tuple(tables))


def _quotas(quotas: Mapping[str, Any]) -> Block:
    from report.divisions import quotas_section

    section = quotas_section(quotas)
    values = section.values
    return _block(
        section,
        {},
        words=(
            f"The audience is shared out by “{plain_text(values['attribute'])}”: each"
            " group by rank, as far as its quota lets it.",
        ),
        tables=(
            Table(
                caption="What each group was to have, and has",
                head=("Group", "Asked for", "People", "Share", "Candidates", "Score"),
                rows=_rows(
                    values["rows"],
                    ("name", "asked", "people", "share", "candidates", "score"),
                ),
            ),
            Table(
                caption="What the quotas cost",
                head=("Figure", "With quotas", "The best of this size"),
                rows=tuple(values["cost"]),
            ),
        ),
    )


def _tiers(tiers_told: Sequence[Mapping[str, Any]]) -> Block:
    from report.divisions import tiers_section

    section = tiers_section(tiers_told)
    names = ("name", "people", "scores", "seed", "seed_between", "lift", "lift_between")
    return _block(
        section,
        {},
        words=(
            "The audience in parts, best first; nobody is in two of them, and together"
            " they are the audience.",
        ),
        tables=(
            Table(
                caption="Tiers",
                head=("Tier", "People", "Scores", "Seed", "95 %", "Lift", "95 %"),
                rows=_rows(section.values["rows"], names),
            ),
        ),
    )


def _weights(figures: "AudienceFigures", pictures: Mapping[str, "Picture"]) -> Block:
    return Block(
        anchor="attributes",
        title="What tells the seed from the population",
        picture=pictures["attributes"].words if "attributes" in pictures else None,
        words=(
            "Movement is how far an attribute moves the log odds of people of the"
            " population from its own mean, on average, as a share of all. There are no"
            " weights here: what an attribute adds to a person is learnt from people."
            if figures.is_learnt
            else "Evidence is what an attribute adds to the ranking, as a share of all."
            " The weight, 1 at most, takes off what may be chance and what other"
            " attributes say as well.",
        ),
        tables=(
            Table(
                caption="Attribute by attribute",
                head=(
                    "Attribute",
                    "Movement" if figures.is_learnt else "Evidence",
                    "Weight",
                    "Why",
                ),
                rows=tuple(
                    (
                        plain_text(each.column_name, 80),
                        share_text(each.ranking_share),
                        each.weight_text,
                        each.reason,
                    )
                    for each in figures.attributes
                ),
            ),
        ),
    )


def _deciles(quality: Mapping[str, Any], pictures: Mapping[str, "Picture"]) -> Block:
    import pandas as pd

    from report.sections import deciles

    section = deciles(pd.DataFrame(), _picture(pictures, "deciles"), quality)
    names = ("decile", "people", "seed", "lift", "between", "cumulative")
    return _block(
        section,
        pictures,
        words=(
            "Everybody in the population who is not a seed person, from the most alike"
            " to the least, cut into ten groups of equal size. Lift 1 is what a random"
            " draw would give.",
        ),
        tables=(
            Table(
                caption="Tenths of the ranking",
                head=("Tenth", "People", "Seed", "Lift", "95 %", "Down to here"),
                rows=_rows(section.values["rows"], names),
            ),
        ),
    )


def _scores(
    distributions: Mapping[str, Any], pictures: Mapping[str, "Picture"]
) -> Block | None:
    bands = distributions.get("score", {}).get("bands", ())
    if "scores" not in pictures:
        return None
    return Block(
        anchor="scores",
        title="Scores and the cut",
        picture=pictures["scores"].words,
        words=("The table has the candidates alone, without the seed people.",),
        tables=(
            Table(
                caption="Candidates by score",
                head=("Score", "Share of the candidates"),
                rows=tuple(
                    (
                        f"{number_text(band['least'], 2)} to"
                        f" {number_text(band['greatest'], 2)}",
                        share_text(band["share"]),
                    )
                    for band in bands
                ),
            ),
        ),
        is_folded=True,
    )


def _reliability(
    quality: Mapping[str, Any], pictures: Mapping[str, "Picture"]
) -> Block:
    from report.sections import reliability

    section = reliability(quality, _picture(pictures, "reliability"))
    return _block(
        section,
        pictures,
        words=(
            "Mix equal numbers of held-out seed people and of ordinary people. Of those"
            " with a score of 0.8, 80 in 100 should be seed people. The mean distance"
            f" from that is {section.values['error']}.",
        ),
        tables=(
            Table(
                caption="Scores and the share of seed people who have them",
                head=("Score", "People", "Seed people", "95 %"),
                rows=_rows(
                    section.values["rows"], ("score", "people", "share", "between")
                ),
            ),
        ),
        is_folded=True,
    )


def scorers_block(
    comparison: Mapping[str, Any], pictures: Mapping[str, "Picture"]
) -> Block:
    """Scorers beside each other, with the picture `comparison` where there is one."""
    from report.sections import scorers_compared

    section = scorers_compared(comparison, _picture(pictures, "comparison"))
    values = section.values
    return _block(
        section,
        pictures,
        words=tuple(values["sentences"]),
        points=tuple(
            f"{line['model']}: {line['reason']}" for line in values["missing"]
        ),
        tables=(
            Table(
                caption="Each scorer on the same held-out people",
                head=(
                    "Scorer",
                    "Held-out AUC",
                    *values["other_aucs"],
                    "Beside the best",
                    *(f"Lift, {size}" for size in values["sizes"]),
                    "Verdict",
                ),
                rows=tuple(
                    (
                        row["model"],
                        str(row["auc"]),
                        *map(str, row["other_aucs"]),
                        row["standing"],
                        *map(str, row["lifts"]),
                        row["verdict"],
                    )
                    for row in values["rows"]
                ),
            ),
        ),
    )


def _fairness(
    fairness: Mapping[str, Any], pictures: Mapping[str, "Picture"]
) -> list[Block]:
    from report.sections import groups

    section = groups(fairness, _picture(pictures, "fairness"))
    values = section.values
    tables = [
        Table(
            caption=f"Chosen by {each['name']}",
            head=("Group", "Chosen", "Of", "Rate", "Ratio", "95 %"),
            rows=tuple(
                (
                    " · ".join(filter(None, (row["group"], row["mark"]))),
                    row["chosen"],
                    row["candidates"],
                    row["rate"],
                    row["ratio"],
                    row["between"],
                )
                for row in each["rows"]
            ),
            marked=tuple(at for at, row in enumerate(each["rows"]) if row["is_below"]),
        )
        for each in values["protected"]
    ]
    proxies = values["proxies"]
    if proxies["rows"]:
        tables.append(
            Table(
                caption="How far what was scored stands in for what is protected",
                head=("Scored", *proxies["protected"]),
                rows=tuple(
                    (
                        row["name"],
                        *(
                            f"{cell['text']} {cell['strength']}"
                            for cell in row["cells"]
                        ),
                    )
                    for row in proxies["rows"]
                ),
            )
        )
    words = (
        "None of these attributes was scored. The rate is the share of a group's"
        " candidates who are in the audience; the ratio is that rate over the rate of"
        " the most chosen group, which is one of at least 2 % of the candidates: a"
        " smaller one may have a ratio above 1. Below 0.8 it is taken for evidence of a"
        " disadvantage.",
    )
    return [_block(section, pictures, words=words, tables=tuple(tables))]


def _every_figure(figures: "AudienceFigures") -> Block:
    return Block(
        anchor="figures",
        title="All figures",
        tables=(
            Table(
                caption="All figures",
                head=("Figure", "Value", "Unit"),
                rows=tuple(
                    (each.label, each.text, each.unit) for each in figures.facts
                ),
            ),
        ),
        is_folded=True,
    )


def _rows(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(str(row[name]) for name in names) for row in rows)
