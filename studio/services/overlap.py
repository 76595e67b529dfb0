"""How many people audiences have in common: counted, and as tables to be read.

A number of people below 25 is not told, but for none: it would say of somebody who is
known to be in a small audience that they are in the other one too.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.errors import StudioError
from catalog.names import shown
from catalog.records import Audience
from report.words import FEWEST_PEOPLE, number_text, share_text
from studio.services.audience_sections import Table
from studio.services.versions import IDENTITIES, MEMBERS, served, version_file

if TYPE_CHECKING:
    from engines.base import MembersPart, PeopleInCommon
    from orchestration.workshop import Workshop

MOST_PARTS = 20
NOTHING = "–"
FEW = f"fewer than {FEWEST_PEOPLE}"
FEW_OF_EITHER = "few in both"


def overlap(
    workshop: "Workshop", names: Sequence[str], *, by_tier: bool = False
) -> dict[str, Any]:
    """People in common of the versions in use of audiences, or of their tiers.

    A pair's counts are None where they are few, and where the two cannot be compared:
    then `compared_by` is empty. Raises StudioError where there are fewer than two to
    compare, or more than 20.
    """
    audiences = [workshop.catalog.get_audience(name) for name in names]
    _refuse_repeated(audiences)
    labelled = [
        part for audience in audiences for part in _parts(workshop, audience, by_tier)
    ]
    if len(labelled) < 2:
        raise StudioError(
            "nothing_to_compare",
            f"audience {shown(audiences[0].name)}",
            "has no tiers to compare with each other"
            if by_tier
            else "is named alone, and an overlap is of two or more",
            "name another audience",
        )
    if len(labelled) > MOST_PARTS:
        raise StudioError(
            "too_many_audiences",
            f"{len(labelled)} audiences or tiers",
            f"are more than the {MOST_PARTS} that one table compares",
            "name fewer",
        )
    counts, common = workshop.engine.overlap([part for _, part in labelled])
    told = [
        {**label, "people": people}
        for (label, _), people in zip(labelled, counts, strict=True)
    ]
    pairs = []
    for (first, second), found in zip(
        combinations(range(len(told)), 2), common, strict=True
    ):
        sizes = told[first]["people"], told[second]["people"]
        of_first, of_second = _told_counts(found)
        pairs.append(
            {
                "first": first,
                "second": second,
                "people_of_first": of_first,
                "people_of_second": of_second,
                "share_of_first": _share(of_first, sizes[0]),
                "share_of_second": _share(of_second, sizes[1]),
                "jaccard": _jaccard(of_first, of_second, *sizes),
                "compared_by": list(found.compared_by),
            }
        )
    return {"audiences": told, "pairs": pairs}


def overlap_tables(found: Mapping[str, Any]) -> tuple[Table, ...]:
    """What `overlap` found: people in common, then how alike each two are."""
    labels = [_label(each) for each in found["audiences"]]
    cells: dict[tuple[int, int], str] = {}
    for each in found["pairs"]:
        first, second = each["first"], each["second"]
        for place, side in (((first, second), "first"), ((second, first), "second")):
            cells[place] = _cell(each, side)
    return (
        Table(
            caption="People in common, and the share that they are of the row's audience",
            head=("Audience", "Version", "People", *labels),
            rows=tuple(
                (
                    labels[row],
                    str(audience["version"]),
                    number_text(audience["people"]),
                    *(cells.get((row, column), "") for column in range(len(labels))),
                )
                for row, audience in enumerate(found["audiences"])
            ),
        ),
        Table(
            caption="How alike each two are: people in both over people in either",
            head=("Audiences", "Jaccard", "Compared by"),
            rows=tuple(
                (
                    f"{labels[each['first']]} and {labels[each['second']]}",
                    _jaccard_words(each),
                    ", ".join(each["compared_by"]) or "no identifier in common",
                )
                for each in found["pairs"]
            ),
        ),
    )


def _label(audience: Mapping[str, Any]) -> str:
    tier = audience["tier"]
    return str(audience["name"]) if tier is None else f"{audience['name']}: {tier}"


def _cell(pair: Mapping[str, Any], side: str) -> str:
    people, share = pair[f"people_of_{side}"], pair[f"share_of_{side}"]
    if people is None:
        return FEW if pair["compared_by"] else NOTHING
    return number_text(people) + ("" if share is None else f" ({share_text(share)})")


def _jaccard_words(pair: Mapping[str, Any]) -> str:
    if pair["jaccard"] is None:
        return FEW_OF_EITHER if pair["compared_by"] else NOTHING
    return f"{pair['jaccard']:.3f}"


def _told_counts(found: "PeopleInCommon") -> tuple[int | None, int | None]:
    """Both counts, or none of them where they are few."""
    counts = found.of_first, found.of_second
    is_few = any(count is not None and 0 < count < FEWEST_PEOPLE for count in counts)
    return (None, None) if is_few else counts


def _parts(
    workshop: "Workshop", audience: Audience, by_tier: bool
) -> list[tuple[dict[str, Any], "MembersPart"]]:
    """The version in use, or each of its tiers, with what it is called."""
    from engines.base import MembersPart
    from orchestration.audience_seeds import audience_dataset
    from orchestration.version_files import read_manifest

    version = served(workshop, audience)
    members = version_file(audience, version, MEMBERS)
    manifest = read_manifest(Path(version.path))
    has_more = IDENTITIES in manifest["files"]
    identifiers = tuple(
        column.name for column in audience_dataset(audience, version).columns
    )
    population = manifest.get("population", {}).get("dataset")
    tiers = [tier["name"] for tier in manifest.get("tiers", ())] if by_tier else []
    return [
        (
            {
                "audience": audience.slug,
                "name": audience.name,
                "version": version.number,
                "tier": tier,
            },
            MembersPart(
                members=members,
                identities=version_file(audience, version, IDENTITIES)
                if has_more
                else None,
                identifiers=identifiers,
                # One identifier makes the same key wherever it is; of several, it is
                # that of the first that a person has, which another dataset may lack.
                keyed_by=identifiers
                if len(identifiers) == 1
                else (audience.id if population is None else population, *identifiers),
                tier=tier,
            ),
        )
        for tier in tiers or [None]
    ]


def _refuse_repeated(audiences: Sequence[Audience]) -> None:
    for place, audience in enumerate(audiences):
        if audience.id in [each.id for each in audiences[:place]]:
            raise StudioError(
                "audience_repeated",
                f"audience {shown(audience.name)}",
                "is named twice",
                "name each audience once",
            )


def _share(part: int | None, whole: int) -> float | None:
    return part / whole if part is not None and whole else None


def _jaccard(
    of_first: int | None, of_second: int | None, first: int, second: int
) -> float | None:
    """People in both over people in either; of two counts of people the lesser."""
    if of_first is None or of_second is None:
        return None
    both = min(of_first, of_second)
    either = first + second - both
    return both / either if either else None
