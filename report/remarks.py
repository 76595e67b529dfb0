"""Remarks: what a reader should know about a build, and what follows from it.

Warnings put the audience's use in doubt; notes say what was done with the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from report.reach import last_better_than_random
from report.rows import Row
from report.told_parts import few_people, sentence, told_part
from report.words import counted, number_text, plain_text, share_text

CHANCE_BELOW, PERFECT_FROM = 0.55, 0.98


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know: `message` is the fact, `consequence` what follows from it."""

    code: str
    message: str
    consequence: str

    @property
    def text(self) -> str:
        """Both sentences."""
        return f"{self.message} {self.consequence}"


def seed_warnings(overlap: Row, advised_seed: int, effective: int) -> list[Remark]:
    """Of report_overlap: no overlap, a learning seed below the advised size.

    `effective` is how many people of equal weight the learning seed says as much as.
    """
    warnings = []
    learning = overlap["learning_seed_people"]
    if overlap["matched_people"] == 0:
        warnings.append(
            Remark(
                "no_overlap",
                f"None of {counted(overlap['seed_people'], 'seed person', 'seed people')} "
                "is in the population.",
                "Seed people cannot be told from candidates and may be in the audience; "
                "if they should be there, compare how identifiers are written.",
            )
        )
    if effective < advised_seed:
        told = told_part(learning, overlap["seed_people"])
        people = (
            counted(learning, "person", "people")
            if told.count is not None
            else f"{told.phrase} seed people"
        )
        equal = (
            ""
            if effective == learning
            else f" and says as much as {effective:,} of equal weight"
        )
        warnings.append(
            Remark(
                "small_seed",
                f"The learning seed has {people}{equal}; "
                f"{number_text(advised_seed)} are advised.",
                "Weights and held-out figures are uncertain; another seed of this size "
                "may give another audience.",
            )
        )
    return warnings


def hash_warnings(differences: Sequence[str]) -> list[Remark]:
    """What was found about identifiers that were hashed in two ways."""
    return [
        Remark(
            "hashed_differently",
            difference,
            "Hash both sides once, by the same rule, and build again.",
        )
        for difference in differences
    ]


def audience_warnings(cut: Row, curve: Sequence[Row], chosen: int) -> list[Remark]:
    """Of audience_cut and report_curve: nobody left, all let in, too far down."""
    warnings = []
    candidates, requested = cut["candidate_count"], cut["requested_count"]
    if candidates == 0:
        warnings.append(
            Remark(
                "no_candidates",
                "There are 0 candidates: everybody in the population is a seed person.",
                "The audience has no new people.",
            )
        )
    elif chosen == 0:
        warnings.append(
            Remark(
                "empty_audience",
                f"None of {counted(candidates, 'candidate', 'candidates')} scores at or "
                "above the cut.",
                "The audience has no new people; a lower cut lets some in.",
            )
        )
    elif requested is not None and requested > candidates:
        warnings.append(
            Remark(
                "fewer_than_requested",
                f"{counted(requested, 'person was', 'people were')} asked for; there "
                f"{'is' if candidates == 1 else 'are'} "
                f"{counted(candidates, 'candidate', 'candidates')}.",
                "All candidates are in the audience, so nothing was chosen.",
            )
        )
    turning = last_better_than_random(curve)
    if turning is not None and chosen > turning.people_count:
        beyond = chosen - turning.people_count
        warnings.append(
            Remark(
                "beyond_random",
                f"Beyond {counted(turning.people_count, 'person', 'people')} the ranking "
                "is no better than random.",
                f"The last {counted(beyond, 'person', 'people')} of the audience hold no "
                "more seed-like people than a random draw; a smaller audience loses "
                "little.",
            )
        )
    return warnings


def quality_warnings(
    auc: float | None, foremost: tuple[str, float] | None = None
) -> list[Remark]:
    """Of the held-out AUC: near chance, or too good to be true.

    `foremost` is the attribute that ranks people most, and its part of the ranking.
    """
    if auc is None:
        return []
    if auc < CHANCE_BELOW:
        return [
            Remark(
                "near_chance",
                f"Held-out AUC is {number_text(auc, 3)}; chance is 0.5.",
                "The seed hardly differs from the population on these attributes, so "
                "the audience is close to a random draw.",
            )
        ]
    if auc >= PERFECT_FROM:
        named = "An attribute"
        told = f"Held-out AUC is {number_text(auc, 3)}; 1 is perfect."
        if foremost is not None:
            named = f"“{plain_text(foremost[0], 60)}”"
            told += f" {named} is {share_text(foremost[1])} of what ranks people."
        return [
            Remark(
                "near_perfect",
                told,
                f"{named} may record that a person is in the seed; without it the"
                " audience may be quite different: leave it out, unless it was known"
                " before anybody was of the seed.",
            )
        ]
    return []


def score_notes(cut: Row) -> list[Remark]:
    """Of audience_cut: people whom the scorer leaves without a score."""
    if not cut["unscored_count"]:
        return []
    people = f"{sentence(few_people(cut['unscored_count']))} people lack"
    return [
        Remark(
            "people_without_score",
            f"{people} a continuous value and have no score, as published.",
            "They are not ranked and cannot be in the audience; with "
            "scoring.as_published_nulls false they are scored.",
        )
    ]


def row_notes(overlap: Row) -> list[Remark]:
    """Of report_overlap: rows that were merged or left out."""
    notes = []
    if overlap["duplicate_seed_rows"]:
        rows = counted(
            overlap["duplicate_seed_rows"], "seed row repeats", "seed rows repeat"
        )
        notes.append(
            Remark(
                "duplicate_seed_rows",
                f"{rows} an identifier.",
                "Each seed person counts once.",
            )
        )
    if overlap["duplicate_population_rows"]:
        rows = counted(
            overlap["duplicate_population_rows"],
            "population row repeats",
            "population rows repeat",
        )
        notes.append(
            Remark(
                "duplicate_population_rows",
                f"{rows} an identifier.",
                "Rows of one person were merged; each person is scored once.",
            )
        )
    if overlap["population_rows_without_identifier"]:
        rows = counted(
            overlap["population_rows_without_identifier"],
            "population row has",
            "population rows have",
        )
        notes.append(
            Remark(
                "rows_without_identifier",
                f"{rows} no identifier.",
                "They are left out: nobody could be delivered from them.",
            )
        )
    return notes


def identifier_notes(identities: Sequence[Row]) -> list[Remark]:
    """Of report_identities: identifiers that link too many rows and stand for nobody.

    The identifiers themselves are never told, only how many there are.
    """
    notes = []
    for row in identities:
        name, most = row["id_type"], number_text(row["maximum_linked_rows"])
        if row["dropped_identifiers"]:
            values = counted(row["dropped_identifiers"], "value", "values")
            verb = "stands" if row["dropped_identifiers"] == 1 else "stand"
            notes.append(
                Remark(
                    "dropped_identifiers",
                    f"{values} of {name} {verb} for nobody: more than {most} rows of "
                    f"the population have one ({number_text(row['dropped_rows'])} rows).",
                    "They join nobody and are not delivered; a placeholder in place of "
                    "an identifier is the usual cause.",
                )
            )
        if row["dropped_seed_identifiers"]:
            values = counted(row["dropped_seed_identifiers"], "value", "values")
            verb = "finds" if row["dropped_seed_identifiers"] == 1 else "find"
            notes.append(
                Remark(
                    "dropped_seed_identifiers",
                    f"{values} of {name} in the seed {verb} nobody: more than {most} "
                    "seed rows or people of the population have one.",
                    "Seed people who have no other identifier are not known as such.",
                )
            )
    if len(identities) > 1:
        found = ", ".join(
            f"{told_part(row['matched_identifiers'], row['seed_identifiers']).text} of "
            f"{number_text(row['seed_identifiers'])} by {row['id_type']}"
            for row in identities
            if row["seed_identifiers"]
        )
        notes.append(
            Remark(
                "found_by_identifier",
                f"Identifiers of the seed that the population has: {found}.",
                "A person found by any of them counts once.",
            )
        )
    return notes
