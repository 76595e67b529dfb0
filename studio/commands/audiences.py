"""`lookalike audience`: from a specification to a published audience."""

from pathlib import Path
from typing import Annotated, Any

import typer

from studio.commands.options import AsJson, MemoryLimit, Threads
from studio.console import (
    build_progress,
    guarded,
    note,
    print_facts,
    print_json,
    print_line,
    print_table,
    warn,
)

app = typer.Typer(no_args_is_help=True, help="Build, look at and explain audiences.")

Request = Annotated[
    str,
    typer.Argument(
        help="A specification file, or the name of an audience.", show_default=False
    ),
]
Name = Annotated[str, typer.Argument(help="The audience's name.", show_default=False)]
Track = Annotated[
    str | None,
    typer.Option(
        help="Log it with MLflow: home, the address of a server, or file:///FOLDER."
    ),
]


@app.command()
@guarded
def new(
    name: Annotated[str, typer.Option(help="The audience's name.")],
    population: Annotated[
        str, typer.Option(help="Dataset of the people to choose from.")
    ],
    seed: Annotated[
        str | None, typer.Option(help="Dataset of the people you value.")
    ] = None,
    seed_where: Annotated[
        list[str] | None,
        typer.Option(
            help="Which of its rows: converted=yes, age>=30. Can be given again."
        ),
    ] = None,
    seed_audience: Annotated[
        str | None, typer.Option(help="Audience of the people you value instead.")
    ] = None,
    seed_version: Annotated[
        int | None,
        typer.Option(min=1, help="Its version; without one, the one in use."),
    ] = None,
    seed_weight: Annotated[
        str | None,
        typer.Option(help="Column of the seed that says what each person is worth."),
    ] = None,
    unlike: Annotated[
        str | None, typer.Option(help="Dataset of people you do not want more of.")
    ] = None,
    unlike_where: Annotated[
        list[str] | None, typer.Option(help="Which of its rows. Can be given again.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(help="Which rows of the population. Can be given again."),
    ] = None,
    top: Annotated[int, typer.Option(help="How many people.")] = 1000,
    out: Annotated[
        Path | None, typer.Option(help="File to write; without one, standard output.")
    ] = None,
) -> None:
    """Write a specification for two datasets, with every eligible attribute named."""
    from studio.services import audiences
    from studio.services.opening import open_studio, write_new

    studio = open_studio()
    chosen = audiences.seed_choice(
        studio,
        seed,
        seed_where or (),
        seed_audience,
        seed_version,
        weight=seed_weight,
        unlike=unlike,
        unlike_where=unlike_where or (),
    )
    people = audiences.people_of(studio, population, where or ())
    text = audiences.draft(studio, name, chosen, people, top)
    if out is None:
        typer.echo(text, nl=False)
        return
    write_new(out, text)
    print_line(f"Written to {out}. `lookalike audience build {out}` builds it.")


@app.command()
@guarded
def validate(
    path: Annotated[Path, typer.Argument(help="A specification file.")],
    as_json: AsJson = False,
) -> None:
    """Check a specification's text: every mistake with its line. Reads no data."""
    from catalog.specification import specification_errors
    from catalog.yaml_document import read_text

    errors = specification_errors(read_text(path), str(path))
    if as_json:
        print_json({"valid": not errors, "errors": [each.as_dict() for each in errors]})
    elif not errors:
        print_line(f"{path} is a valid specification.")
    if errors:
        if not as_json:
            for each in errors:
                print_line(str(each))
        raise typer.Exit(3)


@app.command()
@guarded
def plan(request: Request, as_json: AsJson = False) -> None:
    """Say what a build would do: data, join, attributes, caveats. Builds nothing."""
    from studio.services import audiences
    from studio.services.opening import open_studio

    _print_plan(audiences.plan(open_studio(makes_home=True), request), as_json=as_json)


@app.command()
@guarded
def build(
    request: Request,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the plan and stop there.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Build anew even where nothing changed.")
    ] = False,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    track: Track = None,
    as_json: AsJson = False,
) -> None:
    """Build an audience and publish it as a new version."""
    from studio.services import audiences
    from studio.services.opening import open_studio

    studio = open_studio(
        threads=threads, memory_limit=memory_limit, tracking=track, makes_home=True
    )
    if dry_run:
        _print_plan(audiences.plan(studio, request), as_json=as_json)
        return
    with build_progress(silent=as_json) as listener:
        outcome = audiences.build(studio, request, force=force, listener=listener)
    found = audiences.outcome_as_json(outcome)
    for text in outcome.warnings:
        warn(text)
    if as_json:
        print_json(found)
        return
    print_outcome(found, audiences.show(studio, outcome.audience.id)["report"])


@app.command("list")
@guarded
def list_audiences(
    tag: Annotated[
        str | None, typer.Option(help="Only those that carry this tag.")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Only those of this owner.")] = None,
    search: Annotated[
        str | None,
        typer.Option(
            help="Only those with this text in name, description, owner or tags."
        ),
    ] = None,
    include_archived: Annotated[
        bool, typer.Option("--all", help="Archived ones too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the audiences with the version that each serves."""
    from studio.services import audiences
    from studio.services.audience_list import AudienceQuery, failure_text
    from studio.services.opening import open_studio

    query = AudienceQuery(
        search=search or "", tag=tag, owner=owner, with_archived=include_archived
    )
    found = audiences.overview(open_studio(), query)
    if as_json:
        print_json(found)
    elif not found and (tag or owner or search):
        print_line("No audience fits. `lookalike audience list --all` lists them all.")
    elif not found:
        print_line("No audience yet. `lookalike audience build SPEC.yml` builds one.")
    else:
        rows = [
            [
                each["name"],
                each["audience"],
                each["state"],
                each["version"],
                each["people"],
                f"{each['published_at']:%Y-%m-%d %H:%M} UTC"
                if each["published_at"]
                else None,
                _told_tags(each),
            ]
            for each in found
        ]
        columns = ["name", "id", "state", "version", "people", "published", "tags"]
        print_table(columns, rows)
        for each in found:
            if each["error"]:
                note(
                    f"The newest build of '{each['name']}' failed:"
                    f" {failure_text(each['error'])}; {each['error']['remedy']}"
                )


def _told_tags(audience: dict[str, Any]) -> str:
    """The tags that people gave; those of the studio are in the JSON."""
    from catalog.specification_fields import STUDIO_TAG

    tags = [tag for tag in audience["tags"] if not tag.startswith(STUDIO_TAG)]
    return ", ".join([*tags, *(["(archived)"] if audience["is_archived"] else [])])


@app.command()
@guarded
def show(name: Name, as_json: AsJson = False) -> None:
    """Show an audience: its figures, weights, warnings and files."""
    from studio.services import audiences
    from studio.services.opening import open_studio

    found = audiences.show(open_studio(), name)
    if as_json:
        print_json(found)
        return
    if found["version"] is None:
        print_line(f"'{found['name']}' has no version yet. Build it first.")
        return
    print_report(found["report"])
    facts = {
        "version": found["version"],
        "tags": _told_tags(found),
        "members": found["members"],
        "report": found["report_page"],
    }
    print_facts({name: value for name, value in facts.items() if value != ""})


@app.command()
@guarded
def report(
    name: Name,
    number: Annotated[
        int | None,
        typer.Option("--version", help="Of which version; without it the served one."),
    ] = None,
    is_opened: Annotated[
        bool, typer.Option("--open", help="Show it in the browser.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say where the report page is: one file to open, print or pass on."""
    from studio.services import audiences
    from studio.services.opening import open_studio

    path = audiences.report_page(open_studio(), name, number)
    if as_json:
        print_json({"report_page": str(path)})
    else:
        print_line(str(path))
    if is_opened:
        import webbrowser

        if not webbrowser.open(path.as_uri()):
            note("No browser was found here; open the file by hand.")


@app.command()
@guarded
def archive(
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Put it back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take an audience out of the lists and of the schedule; nothing is deleted."""
    from studio.services import audiences
    from studio.services.opening import open_studio

    found = audiences.archive(open_studio(), name, undo=undo)
    if as_json:
        print_json(found)
    elif undo:
        print_line(f"'{found['name']}' is in the lists again.")
    else:
        print_line(
            f"'{found['name']}' is archived; `--undo` or a build brings it back."
        )


@app.command()
@guarded
def explain(
    name: Name,
    identifier: Annotated[
        str, typer.Option("--id", help="Any identifier of the person.")
    ],
    as_json: AsJson = False,
) -> None:
    """Say why a person is in the audience: what each attribute adds to the log odds."""
    from studio.services import audiences
    from studio.services.opening import open_studio

    found = audiences.explain(open_studio(), name, identifier)
    if as_json:
        print_json(found)
        return
    if found["is_seed"]:
        print_line("A seed person, added to the audience; seed people are not ranked.")
        return
    print_facts(
        {
            "rank": found["rank"],
            "score": found["score"],
            "percentile": found["percentile"],
            "log odds": found["log_odds"],
        }
    )
    rows = [
        [part["attribute"], part["contribution"]] for part in found["contributions"]
    ]
    print_table(["attribute", "adds to the log odds"], rows)


@app.command()
@guarded
def history(name: Name, as_json: AsJson = False) -> None:
    """List an audience's builds, newest first, with the versions they became."""
    from studio.services import audiences
    from studio.services.audience_list import failure_text
    from studio.services.opening import open_studio

    found = audiences.history(open_studio(), name)
    if as_json:
        print_json(found)
        return
    rows = [
        [
            f"{each['started_at']:%Y-%m-%d %H:%M} UTC",
            each["state"],
            each["specification"],
            each["version"],
            each["people"],
            "yes" if each["served"] else "",
            failure_text(each["error"]) if each["error"] else "",
        ]
        for each in found
    ]
    columns = ["started", "state", "spec", "version", "people", "served", "cause"]
    print_table(columns, rows)


def _print_plan(plan: Any, *, as_json: bool) -> None:
    from orchestration.plan_document import plan_as_json

    found = plan_as_json(plan)
    if as_json:
        print_json(found)
        return
    print_facts(found["summary"])
    for each in found["left_out"]:
        print_line(
            f"not scored: {each['attribute']} {each['reason']}; {each['remedy']}"
        )
    for text in found["caveats"]:
        note(f"note: {text}")


def print_outcome(found: dict[str, Any], report: dict[str, Any]) -> None:
    """What a marketer wants to know of a build, and where its files are."""
    print_line("")
    print_line(found["name"])
    print_report(report)
    print_line("")
    state = "unchanged since" if found["unchanged"] else "published as"
    if found["served"] != found["version"]:
        warn(
            f"Version {found['served']} stays in use; `lookalike audience serve-version"
            f" {found['audience']} {found['version']}` serves this one."
        )
    print_facts(
        {
            state: f"version {found['version']}",
            "report": found["report_page"],
            "members": found["members"],
            "manifest": found["manifest"],
        }
    )
    if found["schedule"]:
        note(f"It is built again {found['schedule']} while `lookalike up` runs.")


def print_report(report: dict[str, Any]) -> None:
    """A version's figures in words, its attributes, warnings and notes."""
    from report.learnt_words import share_of_ranking
    from report.refresh_words import refresh_sentences

    for text in (*report["sentences"], *refresh_sentences(report.get("refresh"))):
        print_line(f"  {text}")
    print_line("")
    is_learnt = any(each.get("movement") is not None for each in report["attributes"])
    print_table(
        ["attribute", "movement" if is_learnt else "evidence", "because"],
        [
            [each["column_name"], f"{share_of_ranking(each):.0%}", each["reason"]]
            for each in report["attributes"]
        ],
    )
    for each in report["warnings"]:
        warn(f"{each['message']} {each['consequence']}".strip())
    for each in report["notes"]:
        note(f"{each['message']} {each['consequence']}".strip())
