"""Weights of a choice, gains with their errors, and the choice that they lead to."""

import numpy as np
import pyarrow as pa
import pytest

from python_scoring.attribute_weights import AttributeWeights
from python_scoring.evidence import Evidence, Placed
from python_scoring.forward_selection import choose_attributes
from python_scoring.held_out import held_out_auc, shares_below
from python_scoring.reach import reach_with_intervals
from python_scoring.scorers.base import is_additive, reweighed

NAMES = ("phone", "mobile", "age")


def weights_of(choice: str, names=NAMES, signal=None, correlations=None):
    """Phone and mobile are copies, age says half as much and stands alone."""
    count = len(names)
    if correlations is None:
        correlations = np.eye(count)
        correlations[0, 1] = correlations[1, 0] = 1.0
    whole = np.array([0.8, 0.8, 0.4]) if signal is None else np.array(signal)
    return AttributeWeights(
        attributes=names,
        choice=choice,
        divergence=np.tile([0.2, 0.2, 0.1][:count] + [0.0] * (count - 3), (6, 1)),
        jensen_shannon_divergence=np.tile([0.04] * count, (6, 1)),
        signal_share=np.tile(whole, (6, 1)),
        is_dropped=np.zeros((6, count), bool),
        correlations=correlations,
    )


@pytest.mark.parametrize(
    ("choice", "chosen", "expected"),
    [
        ("none", NAMES, [1, 1, 1]),
        ("noise", NAMES, [0.8, 0.8, 0.4]),
        ("decorrelated", NAMES, [0.5, 0.5, 1]),
        ("noise_decorrelated", NAMES, [0.4, 0.4, 0.4]),
        ("noise_decorrelated", ("phone", "age"), [0.8, 0.4]),
        ("kl", NAMES, [1, 1, 0.5]),
        ("kl", ("age",), [1]),
        ("js", NAMES, [1, 1, 1]),
    ],
)
def test_a_choice_is_weighed_among_itself(choice, chosen, expected):
    assert weights_of(choice).of(chosen)[-1].tolist() == pytest.approx(expected)


def test_a_repetition_counts_only_where_it_carries_a_signal():
    weights = weights_of("noise_decorrelated", signal=[0.8, 0.0, 0.4])

    assert weights.of(NAMES)[-1].tolist() == pytest.approx([0.8, 0.0, 0.4])


def test_the_documented_scorer_weighs_by_the_greatest_of_the_chosen():
    rows = pa.table(
        {
            "left_out_fold": [-1, -1, -1],
            "attribute": ["a", "b", "c"],
            "divergence": [0.3, 0.6, 9.0],
            "attribute_weight": [0.1, 0.2, 0.0],
        }
    )

    made = reweighed("documented", {"weight_documented_attributes": rows})

    weights = made["weight_documented_attributes"]["attribute_weight"]
    assert weights.to_pylist() == [0.5, 1.0, 0.0]


def test_scorers_say_themselves_whether_they_add_up():
    assert is_additive("naive_bayes")
    assert is_additive("weighted_bayes")
    assert not is_additive("boosted")


def test_the_error_of_a_first_gain_is_that_of_the_auc():
    rng = np.random.default_rng(1)
    seed, sample = rng.normal(0.7, 1, 200), rng.normal(0, 1, 500)
    placed = Placed(shares_below(seed, sample), 1 - shares_below(sample, seed))
    nobody = Placed(np.full(200, 0.5), np.full(500, 0.5))

    found = held_out_auc(seed, sample)

    assert placed.error_beyond(nobody) == pytest.approx(found.standard_error)
    assert placed.estimate == found


def test_the_error_of_a_gain_is_what_other_people_would_show():
    """Against gains of 300 fresh draws of people, whose spread is the error itself."""
    rng = np.random.default_rng(2)

    def draw():
        first = rng.normal(0.6, 1, 150), rng.normal(0, 1, 400)
        second = rng.normal(0.4, 1, 150), rng.normal(0, 1, 400)
        placed = []
        for seed, sample in (first, (first[0] + second[0], first[1] + second[1])):
            placed.append(
                Placed(shares_below(seed, sample), 1 - shares_below(sample, seed))
            )
        return placed[1].auc - placed[0].auc, placed[1].error_beyond(placed[0])

    gains, errors = np.array([draw() for _ in range(300)]).T

    assert errors.mean() == pytest.approx(gains.std(), rel=0.15)


@pytest.fixture(scope="module")
def evidence():
    """A strong attribute, a copy of it, a weaker one, and seven that say nothing."""
    rng = np.random.default_rng(3)
    names = ("strong", "copy", "weak", *(f"noise{place}" for place in range(7)))
    shift = np.array([1.0, 1.0, 0.8, *np.zeros(7)])[:, None]
    size = np.array([1.0, 1.0, 0.8, *np.full(7, 0.1)])[:, None]

    def people(count, by):
        # a log likelihood ratio is as steep as the shift
        terms = size * (rng.normal(size=(len(names), count)) + by)
        terms[1] = terms[0]
        return terms

    correlations = np.eye(len(names))
    correlations[0, 1] = correlations[1, 0] = 1.0
    signal = [0.9, 0.9, 0.9, *([0.3] * 7)]
    return Evidence(
        weights_of("noise_decorrelated", names, signal, correlations),
        tuple(people(80, shift) for _ in range(5)),
        (people(2_000, 0.0),) * 5,
    )


def test_what_adds_is_chosen_in_order_and_nothing_else(evidence):
    names = evidence.weights.attributes

    found = choose_attributes(evidence, names, least=1, most=8)

    assert {step.attribute for step in found.steps[:1]} <= {"strong", "copy"}
    assert [step.attribute for step in found.steps[1:]] == ["weak"]
    assert all(step.is_sure for step in found.steps)
    assert not any(gain.is_sure for gain in found.others)
    assert len(found.others) == len(names) - 2


def test_to_have_three_the_copy_comes_last(evidence):
    names = evidence.weights.attributes

    found = choose_attributes(evidence, names, least=3, most=8)

    third = found.steps[2]
    assert third.attribute.startswith("noise")
    assert not third.is_sure


def test_it_ends_at_the_most_and_with_what_there_is(evidence):
    assert len(choose_attributes(evidence, ["strong"], least=3, most=8).steps) == 1
    two = choose_attributes(evidence, ["strong", "weak", "noise0"], least=2, most=2)
    assert [step.attribute for step in two.steps] == ["strong", "weak"]


def test_intervals_cover_what_a_sample_leaves_open():
    """Of 200 samples of 1,000, about 95 % have the true recall within their interval."""
    rng = np.random.default_rng(4)
    inside = 0
    for _ in range(200):
        seed, sample = rng.normal(1, 1, 400), np.sort(rng.normal(0, 1, 1_000))[::-1]
        shares = np.array([0.05, 0.1, 0.5, 1.0])
        cuts = sample[(shares * 1_000).astype(int) - 1]
        recalls = (seed[:, None] >= cuts).mean(axis=0)
        recalls[-1] = 1.0
        row = reach_with_intervals(shares * 1e6, shares, recalls, 400, 1_000).iloc[1]
        # P(N(1, 1) above the best tenth of N(0, 1)) = P(N(0, 1) > 0.2816)
        inside += row["recall_low"] <= 0.38914 <= row["recall_high"]

    assert 180 <= inside <= 199
