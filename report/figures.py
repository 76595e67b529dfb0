"""Figures: the report tables as plain facts for metadata, the command line and pages.

Values are of JSON types; shares are between 0 and 1 and say in `unit` what they are a
share of. Column names and values of the user stand in the texts as typed, on one line:
who shows them as markup (rich, markdown, HTML) escapes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from report.divisions import quota_warnings, tier_warnings
from report.fairness_words import (
    fairness_notes,
    fairness_sentences,
    fairness_warnings,
    least_chosen,
    ratio_text,
)
from report.learnt_words import learnt_words, share_of_ranking, weight_text
from report.quality_words import (
    effective_people,
    indistinct_warnings,
    prevalence_warnings,
    quality_sentences,
)
from report.reach import last_better_than_random, reach_at
from report.remarks import (
    Remark,
    audience_warnings,
    hash_warnings,
    identifier_notes,
    quality_warnings,
    row_notes,
    score_notes,
    seed_warnings,
)
from report.repetition import Repetition, repeated_by, repetition_text
from report.rows import Row, only_row, plain_rows
from report.seed_remarks import (
    unknown_value_notes,
    unknown_value_warnings,
    version_warnings,
)
from report.told_parts import few_people, sentence, told_matched, told_part
from report.words import FEWEST_PEOPLE, counted, number_text, plain_text, share_text

if TYPE_CHECKING:
    import pandas as pd

Value = int | float | str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure: `value` for machines, `text` for people, both in `unit`."""

    name: str
    label: str
    value: Value
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class AttributeFigure:
    """What one attribute adds: its weight, its share of the information, and why.

    A scorer that learns from people has no weights: 1 stands for those that count. What
    it made of an attribute is `movement`, how far that moves log odds of people of the
    population on average, and `movement_share` of all attributes' movement.
    """

    attribute: str
    column_name: str
    role: str
    attribute_weight: float
    information_share: float
    reason: str
    seed_unknown_share: float | None = None
    movement: float | None = None
    movement_share: float | None = None

    @property
    def ranking_share(self) -> float:
        """Its part of what ranks people: of the movement where weights are learnt."""
        return share_of_ranking(asdict(self))

    @property
    def weight_text(self) -> str:
        """The weight, where there is one."""
        return weight_text(asdict(self))


@dataclass(frozen=True, slots=True)
class AudienceFigures:
    """All there is to say about a build in words and numbers."""

    facts: tuple[Fact, ...]
    sentences: tuple[str, ...]
    attributes: tuple[AttributeFigure, ...]
    warnings: tuple[Remark, ...]
    notes: tuple[Remark, ...]

    @property
    def is_learnt(self) -> bool:
        """True where attributes have no weights, since what they add is learnt."""
        return any(each.movement is not None for each in self.attributes)

    def value(self, name: str) -> Value:
        """The value of the fact of that name; KeyError where there is none."""
        return {fact.name: fact.value for fact in self.facts}[name]

    def values(self) -> dict[str, int | float | str]:
        """Name and value of each fact that is known: figures to follow over time."""
        return {fact.name: fact.value for fact in self.facts if fact.value is not None}

    def as_json(self) -> dict[str, Any]:
        """The figures in JSON types alone, for figures.json."""
        return asdict(self)


def audience_figures(
    *,
    overlap: pd.DataFrame,
    cut: pd.DataFrame,
    deciles: pd.DataFrame,
    curve: pd.DataFrame,
    attribute_weights: pd.DataFrame,
    value_terms: pd.DataFrame,
    identities: pd.DataFrame | None = None,
    hash_differences: Sequence[str] = (),
    delivered_people: int,
    added_seed_people: int = 0,
    held_out_auc: float | None = None,
    advised_seed: int = 500,
    seed_versions: pd.DataFrame | None = None,
    maximum_unknown_share: float = 0.05,
    maximum_differing_share: float = 0.05,
    quality: Mapping[str, Any] | None = None,
    fairness: Mapping[str, Any] | None = None,
    correlations: pd.DataFrame | None = None,
    quotas: Mapping[str, Any] | None = None,
    tiers: Sequence[Mapping[str, Any]] = (),
    has_unlike: bool = False,
) -> AudienceFigures:
    """The figures of one build.

    The tables are report_overlap, audience_cut (one row each), report_deciles,
    report_curve, report_attribute_weights, report_value_terms and report_identities.
    `delivered_people`
    counts everybody in the audience; `added_seed_people` of them are seed people who
    were added to it and say nothing about its reach. `seed_versions` is
    report_seed_versions; beyond the maximum shares its differences, and values that the
    population does not know, are warned of. `quality` and `fairness` are the documents
    of quality.json and fairness.json. `correlations` is weight_correlations, where
    decorrelation is part of the weights: it names the attributes that say the same.
    `quotas` is what groups were to have and got, `tiers` what each tier holds; with
    `has_unlike` people without a score are those of the negative seed.
    """
    weights = plain_rows(attribute_weights)
    versions = [] if seed_versions is None else plain_rows(seed_versions)
    overlap_row, cut_row = only_row(overlap), only_row(cut)
    curve_rows = plain_rows(curve)
    chosen_people = delivered_people - added_seed_people
    attributes = attribute_figures(attribute_weights, value_terms, correlations)
    facts = (
        *_audience_facts(cut_row, delivered_people, added_seed_people, has_unlike),
        *_filter_facts(overlap_row),
        *_seed_facts(overlap_row),
        *_quality_facts(
            plain_rows(deciles), curve_rows, chosen_people, held_out_auc, quotas
        ),
        *_sureness_facts(quality),
        *_fairness_facts(fairness),
    )
    warnings = (
        *fairness_warnings(fairness),
        *seed_warnings(
            overlap_row,
            advised_seed,
            effective_people(quality, overlap_row["learning_seed_people"]),
        ),
        *hash_warnings(hash_differences),
        *audience_warnings(cut_row, curve_rows, chosen_people),
        *quota_warnings(quotas),
        *tier_warnings(tiers),
        *quality_warnings(held_out_auc, _foremost(attributes)),
        *indistinct_warnings(quality),
        *prevalence_warnings(quality),
        *unknown_value_warnings(weights, maximum_unknown_share),
        *version_warnings(versions, maximum_differing_share),
    )
    return AudienceFigures(
        facts,
        (*_sentences(overlap_row, facts, quality), *fairness_sentences(fairness)),
        attributes,
        warnings,
        (
            *row_notes(overlap_row),
            *identifier_notes([] if identities is None else plain_rows(identities)),
            *([] if has_unlike else score_notes(cut_row)),
            *_attribute_notes(attributes),
            *unknown_value_notes(weights, maximum_unknown_share),
            *fairness_notes(fairness),
        ),
    )


def attribute_figures(
    attribute_weights: pd.DataFrame,
    value_terms: pd.DataFrame,
    correlations: pd.DataFrame | None = None,
) -> tuple[AttributeFigure, ...]:
    """Each attribute with its weight and the reason for it, the most telling first."""
    others = repeated_by(attribute_weights, correlations)
    terms: dict[str, list[Row]] = {}
    for term in plain_rows(value_terms):
        terms.setdefault(term["attribute"], []).append(term)
    figures = [
        AttributeFigure(
            attribute=row["attribute"],
            column_name=row["column_name"] or row["attribute"],
            role=row["role"],
            attribute_weight=row["attribute_weight"] or 0.0,
            information_share=row["information_share"] or 0.0,
            reason=_reason(
                row,
                terms.get(row["attribute"], []),
                others.get(row["attribute"], Repetition()),
            ),
            seed_unknown_share=row.get("seed_unknown_share"),
            movement=row.get("movement"),
            movement_share=row.get("movement_share"),
        )
        for row in plain_rows(attribute_weights)
    ]
    return tuple(sorted(figures, key=lambda one: (-one.ranking_share, one.attribute)))


def _audience_facts(
    cut: Row, delivered: int, added: int, has_unlike: bool
) -> list[Fact]:
    facts = [_people("delivered_people", "People delivered", delivered)]
    if added:
        facts.append(_people("added_seed_people", "Of these, seed people", added))
    return [
        *facts,
        _people("candidate_people", "Candidates", cut["candidate_count"]),
        _people("population_people", "Population", cut["population_count"]),
        *_unscored_facts(cut, has_unlike),
        _number("cut_score", "Cut score", cut["cut_score"], "score from 0 to 1", 3),
    ]


def _filter_facts(overlap: Row) -> list[Fact]:
    count = overlap["filtered_out_people"]
    return (
        [_discreet_people("filtered_out_people", "Left out by the filter", count)]
        if count
        else []
    )


def _unscored_facts(cut: Row, has_unlike: bool) -> list[Fact]:
    """Who is no candidate beside the seed: a scorer gives people of none no score."""
    count = cut["unscored_count"]
    if not count:
        return []
    if has_unlike:
        return [_discreet_people("unlike_people", "Negative seed, kept out", count)]
    return [_discreet_people("unscored_people", "Without a score", count)]


def _seed_facts(overlap: Row) -> list[Fact]:
    source = {
        "seed": "the seed's own rows",
        "population": "the matched people's rows in the population",
    }[overlap["learn_from"]]
    people = overlap["seed_people"]
    found = told_part(overlap["matched_people"], people)
    learning = told_part(overlap["learning_seed_people"], people)
    return [
        _people("seed_rows", "Seed rows", overlap["seed_rows"], "rows"),
        _people("seed_people", "Seed people", people),
        Fact(
            "matched_people",
            "Seed people found",
            found.count,
            "people",
            found.phrase,
        ),
        Fact(
            "matched_share",
            "Share of the seed found",
            found.share,
            "share of the seed people",
            found.share_text,
        ),
        Fact(
            "learning_seed_people",
            "Learning seed",
            learning.count,
            "people",
            learning.phrase,
        ),
        Fact("learned_from", "Learned from", source, "source", source),
    ]


def _quality_facts(
    deciles: Sequence[Row],
    curve: Sequence[Row],
    chosen: int,
    auc: float | None,
    quotas: Mapping[str, Any] | None,
) -> list[Fact]:
    best = min(deciles, key=lambda row: row["decile"], default={"lift": None})
    reach = reach_at(curve, chosen)
    recall, lift = (reach.recall, reach.lift) if reach else (None, None)
    if quotas is not None:
        # The curve is of the best people of this number, who these are not.
        recall, lift = quotas.get("seed_share"), quotas.get("lift")
    turning = last_better_than_random(curve)
    times = "times as many seed people as at random"
    return [
        _number("held_out_auc", "Held-out AUC", auc, "0.5 is chance, 1 is perfect", 3),
        _number("top_decile_lift", "Lift of the best tenth", best["lift"], times, 2),
        _share(
            "recall",
            "Held-out seed reached",
            recall,
            "share of the held-out seed people",
        ),
        _number(
            "lift",
            "Lift of the audience",
            lift,
            times,
            2,
        ),
        _people(
            "last_size_better_than_random",
            "No better than random beyond",
            turning.people_count if turning else None,
        ),
    ]


def _sureness_facts(quality: Mapping[str, Any] | None) -> list[Fact]:
    """How sure the figures are, and the sizes that follow from them."""
    if quality is None:
        return []
    auc, corrected = quality["auc"], quality["corrected_auc"]
    chosen, advised = quality["chosen"] or {}, quality["recommendation"]
    verdict, times = quality["verdict"] or {}, "times as many seed people as at random"
    share = "share of the held-out seed people"
    facts = [
        _number("held_out_auc_low", "Held-out AUC, at least", auc["low"], "95 %", 3),
        _number("held_out_auc_high", "Held-out AUC, at most", auc["high"], "95 %", 3),
        _number(
            "random_auc",
            "AUC that random people reach",
            verdict.get("random_greatest"),
            "once in 100 times",
            3,
        ),
        _share("recall_low", "Seed reached, at least", chosen.get("recall_low"), share),
        _share(
            "recall_high", "Seed reached, at most", chosen.get("recall_high"), share
        ),
        _number("lift_low", "Lift, at least", chosen.get("lift_low"), times, 2),
        _number("lift_high", "Lift, at most", chosen.get("lift_high"), times, 2),
        _people("recommended_people", "Recommended size", advised["people"]),
        _number(
            "calibration_error",
            "Calibration error",
            quality["calibration_error"],
            "mean distance of score and share",
            3,
        ),
    ]
    if corrected is not None:
        what = "against people not of the seed's kind"
        facts.append(
            _number("corrected_auc", "Corrected AUC", corrected["value"], what, 3)
        )
    if advised["is_break_even"]:
        most, money = "most_profitable_people", "in the currency given"
        facts += [
            _people(most, "Most profitable size", advised[most]),
            _number(
                "chosen_profit", "Expected profit", advised["chosen_profit"], money, 0
            ),
            _number(
                "greatest_profit",
                "Greatest profit",
                advised["greatest_profit"],
                money,
                0,
            ),
        ]
    return facts


def _fairness_facts(fairness: Mapping[str, Any] | None) -> list[Fact]:
    """The least ratio of selection rates of each protected attribute."""
    if fairness is None:
        return []
    return [_least_ratio(each) for each in fairness["protected"]]


def _least_ratio(protected: Mapping[str, Any]) -> Fact:
    """Not known as a number where few people of the least chosen group are chosen."""
    least = least_chosen(protected)
    fact = _number(
        f"least_selection_ratio_{protected['attribute']}",
        f"Least selection rate ratio by {plain_text(protected['column_name'], 60)}",
        None if least is None else least["ratio"],
        "of the most chosen group's rate",
        2,
    )
    if least is None or least["ratio"] is not None:
        return fact
    return replace(fact, text=ratio_text(least))


def _sentences(
    overlap: Row, facts: Sequence[Fact], quality: Mapping[str, Any] | None
) -> tuple[str, ...]:
    known = {fact.name: fact for fact in facts if fact.value is not None}
    delivered, candidates = known["delivered_people"], known["candidate_people"]
    learning = told_part(overlap["learning_seed_people"], overlap["seed_people"])
    sentences = [
        f"{delivered.text} of {candidates.text} candidates are in the audience.",
        _overlap_sentence(overlap),
        f"The model learned from {learning.phrase} seed people: "
        f"{known['learned_from'].text}.",
    ]
    if "added_seed_people" in known:
        chosen = int(delivered.value or 0) - int(known["added_seed_people"].value or 0)
        sentences[0] = (
            f"{number_text(chosen)} of {candidates.text} candidates and "
            f"{known['added_seed_people'].text} seed people are in the audience."
        )
    if "cut_score" in known:
        sentences.append(f"The lowest score let in is {known['cut_score'].text}.")
    if "recall" in known and "lift" in known:
        sentences.append(
            f"The audience reaches {known['recall'].text} of held-out seed people, "
            f"{known['lift'].text} times as many as people drawn at random."
        )
    if quality is not None:
        sentences += quality_sentences(quality)
    elif "held_out_auc" in known:
        sentences.append(
            f"Held-out AUC: {known['held_out_auc'].text} (0.5 is chance, 1 is perfect)."
        )
    return tuple(sentences)


def _overlap_sentence(overlap: Row) -> str:
    matched, seed = overlap["matched_people"], overlap["seed_people"]
    verb = "is" if matched == seed == 1 else "are"
    told = (
        f"{sentence(told_part(matched, seed).text)} of"
        f" {counted(seed, 'seed person', 'seed people')} {verb} in the population."
    )
    if not overlap["filtered_out_people"]:
        return told
    return (
        f"{told} Its filter leaves out"
        f" {few_people(overlap['filtered_out_people'])} people and keeps"
        f" {number_text(overlap['population_people'])},"
        f" {told_matched(overlap).text} of them seed people."
    )


def _foremost(attributes: Sequence[AttributeFigure]) -> tuple[str, float] | None:
    """The column that ranks people most, with its share; None where none does."""
    most = max(attributes, key=lambda one: one.ranking_share, default=None)
    if most is None or not most.ranking_share:
        return None
    return most.column_name, most.ranking_share


def _attribute_notes(attributes: Sequence[AttributeFigure]) -> list[Remark]:
    silent = [
        plain_text(one.column_name) for one in attributes if not one.attribute_weight
    ]
    if not silent:
        return []
    named = ", ".join(f"“{name}”" for name in silent[:5])
    if len(silent) > 5:
        named += f" and {number_text(len(silent) - 5)} more"
    is_one = len(silent) == 1
    return [
        Remark(
            "attributes_without_weight",
            f"{number_text(len(silent))} of "
            f"{counted(len(attributes), 'attribute', 'attributes')} "
            f"{'has' if is_one else 'have'} weight 0: {named}.",
            f"{'It does' if is_one else 'They do'} not change any score.",
        )
    ]


def _reason(row: Row, terms: Sequence[Row], others: Repetition) -> str:
    """Why the weight is what it is, and the value that speaks most for a person."""
    if row["notice"]:
        return plain_text(row["notice"])
    weight, signal = row["attribute_weight"] or 0.0, row["signal_share"]
    if not weight:
        return "Seed and population differ here by no more than chance would."
    repeated = row["decorrelation"]
    if row.get("movement") is not None:
        parts = learnt_words(row, others)
    else:
        parts = _weight_words(row["model"], weight)
        if signal is not None and signal < 0.995:
            parts.append(f"{share_text(signal)} of the difference is more than chance.")
        if repeated is not None and repeated < 0.95:
            parts.append(repetition_text(others, repeated))
    telling = [
        term
        for term in terms
        if (term["contribution"] or 0) > 0 and term["seed_share"] is not None
    ]
    if telling:
        best = max(telling, key=lambda term: (term["contribution"], term["value_text"]))
        parts.append(
            f"Most telling: “{plain_text(best['value_text'] or '', 60)}”, "
            f"{share_text(best['seed_share'])} of the seed and "
            f"{share_text(best['reference_share'] or 0.0)} of the population."
        )
    return (
        " ".join(parts) or "The difference between seed and population counts in full."
    )


def _weight_words(model: str, weight: float) -> list[str]:
    """What the weight is, where it is not made of signal and repetition."""
    if model == "published_sql":
        return ["Counts as much as every other attribute."]
    if model == "documented" and weight == 1:
        return ["Seed and population differ most here."]
    if model == "documented":
        return [f"The difference is {share_text(weight)} of the greatest one."]
    if model != "naive_bayes":
        return ["What it adds to a person is learnt from people."]
    return []


def _people(name: str, label: str, count: int | None, unit: str = "people") -> Fact:
    text = "not known" if count is None else number_text(count)
    return Fact(name, label, count, unit, text)


def _discreet_people(name: str, label: str, count: int) -> Fact:
    """People of whom few are not counted out."""
    is_few = 0 < count < FEWEST_PEOPLE
    return Fact(name, label, None if is_few else count, "people", few_people(count))


def _number(
    name: str, label: str, value: float | None, unit: str, decimals: int
) -> Fact:
    text = "not known" if value is None else number_text(value, decimals)
    return Fact(name, label, value, unit, text)


def _share(name: str, label: str, share: float | None, unit: str) -> Fact:
    text = "not known" if share is None else share_text(share)
    return Fact(name, label, share, unit, text)
