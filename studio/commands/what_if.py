"""`lookalike audience what-if`: what other attributes, another size or scorer would give."""

from typing import TYPE_CHECKING, Annotated

import typer

from studio.commands.audiences import Request
from studio.commands.options import AsJson
from studio.console import (
    build_progress,
    guarded,
    note,
    print_facts,
    print_json,
    print_table,
    warn,
)

if TYPE_CHECKING:
    from studio.services.estimates import Interval
    from studio.services.what_if_answers import Answer

SHOWN_PERCENTS = (0.2, 0.5, 1, 2, 5, 10, 20, 50)


@guarded
def what_if(
    request: Request,
    attributes: Annotated[
        list[str] | None,
        typer.Option(
            "--attributes",
            help="Which attributes: a,b,c. Can be given again. Default: as it stands.",
        ),
    ] = None,
    top: Annotated[int | None, typer.Option(help="The N most alike people.")] = None,
    min_score: Annotated[
        float | None, typer.Option(help="Everybody with at least this score.")
    ] = None,
    best_percent: Annotated[
        float | None, typer.Option(help="This percent of the people.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Another scorer.")] = None,
    as_json: AsJson = False,
) -> None:
    """Estimate what an audience of other attributes, size or scorer would be."""
    from studio.services import what_if as service
    from studio.services.opening import open_studio
    from studio.services.scoring import read_names

    names = read_names(attributes, "--attributes") if attributes is not None else None
    given = {"top": top, "min_score": min_score, "best_percent": best_percent}
    limit = {name: value for name, value in given.items() if value is not None}
    with build_progress(silent=as_json) as listener:
        found = service.what_if(
            open_studio(makes_home=True),
            request,
            names,
            limit,
            model,
            listener=listener,
        )
    if as_json:
        print_json(found.told().model_dump(mode="json"))
        return
    print_facts(facts_of(found))
    shown = {round(percent / 100, 6) for percent in SHOWN_PERCENTS}
    print_table(
        ["people", "percent", "recall", "lift"],
        [
            [
                each.people,
                f"{100 * each.audience_share:g} %",
                each.recall.text(3),
                each.lift.text(2),
            ]
            for each in found.curve
            if round(each.audience_share, 6) in shown
        ],
    )
    if not found.can_be_told:
        warn(
            "Random people in place of the seed would reach as much: the audience may be"
            " no better than a random draw."
        )
    note(found.estimated_from)
    for text in found.notes:
        note(f"note: {text}")


def facts_of(answer: "Answer") -> dict[str, str]:
    """The chosen point in words: what it is, what it reaches, what stays."""
    chosen = answer.chosen
    facts = {
        "attributes": ", ".join(answer.attributes),
        "scorer": answer.model,
        "held-out AUC": f"{answer.auc.text(3)}: {answer.reading}",
        "people": f"{chosen.people.text(0)}, {chosen.percent.text(3)} %",
        "score at the cut": _told(chosen.score, 3),
        "recall": _told(chosen.recall, 4),
        "lift": _told(chosen.lift, 2),
    }
    if answer.overlap is not None:
        stays = answer.overlap.stays
        facts["stays"] = f"{_told(stays, 3)} of {answer.overlap.former}"
    return facts


def _told(figure: "Interval | None", decimals: int) -> str:
    if figure is None:
        return "cannot be told: the sample holds too few people at the cut"
    return figure.text(decimals)
