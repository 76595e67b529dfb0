import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from python_scoring.terms import (
    Bins,
    GaussianTerms,
    Normal,
    Thresholds,
    ValueTerms,
    gaussian_log_ratio,
)

AGE = Bins(
    least_values=np.array([0.0, 10.0, 20.0]),
    greatest_values=np.array([0.0, 15.0, 20.0]),
    shares_below=np.array([0.0, 0.5, 0.9]),
    reference_shares=np.array([0.5, 0.4, 0.1]),
    quantile_clip=0.001,
)
finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "share"),
    [
        (0.0, 0.25),  # a bin of one value: its mid-rank
        (10.0, 0.5),  # a wider bin: from the share below it ...
        (12.5, 0.7),
        (15.0, 0.9),  # ... to that plus its own
        (-1e300, 0.25),  # beyond all bins: the nearest end
        (1e300, 0.95),
        (5.0, 0.25),  # as near to 0 as to 10: the lower
        (5.1, 0.5),
        (17.5, 0.9),
        (17.6, 0.95),
    ],
)
def test_a_value_has_the_share_of_the_reference_below_it(value, share):
    assert AGE.shares_under(np.array([value])) == pytest.approx(share, abs=1e-15)


def test_z_is_the_normal_quantile_of_the_share():
    # from a printed table of the normal distribution
    expected = [-0.674490, 0.0, 0.524401, 1.281552, 1.644854]

    got = AGE.z(np.array([0.0, 10.0, 12.5, 15.0, 20.0]))

    assert got == pytest.approx(expected, abs=5e-7)


def test_the_ends_are_clipped_before_they_become_infinite():
    bins = Bins(*np.array([[0.0], [4.0], [0.0], [1.0]]), quantile_clip=0.001)

    got = bins.z(np.array([-5.0, 0.0, 4.0]))

    assert got == pytest.approx([-3.090232, -3.090232, 3.090232], abs=5e-7)


@pytest.mark.parametrize("least", [-1.7e308, -1e300, 0.0, 1e300])
def test_a_bin_as_wide_as_doubles_go_still_has_a_middle(least):
    bins = Bins(*np.array([[least], [1.7e308], [0.0], [1.0]]), quantile_clip=0.001)

    got = bins.shares_under(np.array([least / 2 + 0.85e308]))

    assert got == pytest.approx(0.5)


def test_neighbouring_doubles_in_two_bins_stay_apart():
    lower = 1.0
    upper = np.nextafter(lower, 2.0)
    bins = Bins(*np.array([[lower, upper]] * 2 + [[0, 0.5], [0.5, 0.5]]), 0.001)

    assert bins.find(np.array([lower, upper])).tolist() == [0, 1]


def test_a_bin_as_narrow_as_doubles_go_has_two_ends():
    bins = Bins(*np.array([[0.0], [5e-324], [0.2], [0.6]]), quantile_clip=0.001)

    got = bins.shares_under(np.array([0.0, 5e-324, 1e308]))

    assert got == pytest.approx([0.2, 0.8, 0.8])


@given(
    st.lists(finite, min_size=1, max_size=50, unique=True),
    st.lists(finite, max_size=50),
)
def test_thresholds_below_are_those_a_binary_search_finds(thresholds, values):
    ordered = np.sort(np.array(thresholds) + 0.0)
    asked = np.array([*values, *thresholds])

    got = Thresholds(ordered).count_below(asked)

    assert np.array_equal(got, np.searchsorted(ordered, asked))


@pytest.mark.parametrize("seed", range(5))
def test_thresholds_below_are_those_a_binary_search_finds_at_full_size(seed):
    rng = np.random.default_rng(seed)
    draw = [rng.normal, rng.standard_cauchy, rng.lognormal, rng.uniform, rng.normal][
        seed
    ]
    offset = 1e15 if seed == 4 else 0.0
    ordered = np.unique(draw(size=1023) + offset)
    asked = np.concatenate(
        [
            draw(size=20_000) + offset,
            ordered,
            np.nextafter(ordered, np.inf),
            np.nextafter(ordered, -np.inf),
            [1.7e308, -1.7e308, 0.0, -0.0],
        ]
    )

    got = Thresholds(ordered).count_below(asked)

    assert np.array_equal(got, np.searchsorted(ordered, asked))


@pytest.mark.parametrize("pooling", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("z", [-6.4, -1.0, 0.0, 1.0, 6.4])
def test_the_gaussian_term_is_the_mix_of_two_differences_of_log_densities(z, pooling):
    seed, reference = Normal(0.3, 0.04), Normal(-0.01, 0.98)

    got = gaussian_log_ratio(seed, reference, pooling)(np.array([z]))

    of_reference = norm.logpdf(z, -0.01, np.sqrt(0.98))
    own = norm.logpdf(z, 0.3, 0.2) - of_reference
    pooled = norm.logpdf(z, 0.3, np.sqrt(0.98)) - of_reference
    assert got == pytest.approx((1 - pooling) * own + pooling * pooled, abs=1e-12)


def test_a_gaussian_term_by_hand():
    # at the seed's mean: half of ln(1 / 0.5) + 1; with the variance pooled half of 1
    seed, reference = Normal(1.0, 0.5), Normal(0.0, 1.0)
    z = np.array([1.0])

    assert gaussian_log_ratio(seed, reference, 0.0)(z) == pytest.approx(0.8465735903)
    assert gaussian_log_ratio(seed, reference, 1.0)(z) == pytest.approx(0.5)
    assert gaussian_log_ratio(seed, reference, 0.5)(z) == pytest.approx(0.6732867951)


def test_not_finite_is_missing_and_finite_gets_the_present_term():
    terms = GaussianTerms(
        bins=AGE,
        log_ratio=gaussian_log_ratio(Normal(1.0, 1.0), Normal(0.0, 1.0), 1.0),
        missing_term=-0.75,
        present_term=0.25,
    )

    got = terms.of(pa.array([10.0, None, float("nan"), float("inf"), float("-inf")]))

    # at z = 0: (0 - 1/2) * 1 + 0.25
    assert got.tolist() == [-0.25, -0.75, -0.75, -0.75, -0.75]


def test_a_discrete_attribute_scores_as_its_bins_would_one_by_one():
    bins = Bins(*np.array([[1.0, 3.0]] * 2 + [[0.0, 0.5], [0.5, 0.5]]), 0.001)
    log_ratio = gaussian_log_ratio(Normal(0.5, 2.0), Normal(0.0, 1.0), 0.5)
    terms = GaussianTerms(bins, log_ratio, missing_term=0.0, present_term=0.0)

    got = terms.of(pa.array([1.0, 2.0, 3.0, 99.0]))

    lower, upper = log_ratio(np.array([-0.6744897501960817, 0.6744897501960817]))
    assert got == pytest.approx([lower, lower, upper, upper], abs=1e-12)


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.dictionary(pa.int32(), pa.large_string()),
    ],
)
def test_values_are_looked_up_in_every_layout_of_text(kind):
    terms = ValueTerms(("DE", "FR"), np.array([-1.5, 2.5]), missing_term=0.5)
    column = pa.array(["FR", None, "XX", "DE", "fr"], pa.string()).cast(kind)

    assert terms.of(column).tolist() == [2.5, 0.5, 0.0, -1.5, 0.0]
    assert terms.unknown_count(column) == 2


def test_a_null_inside_a_dictionary_is_missing_too():
    terms = ValueTerms(("DE", "FR"), np.array([-1.5, 2.5]), missing_term=0.5)
    column = pa.DictionaryArray.from_arrays(
        pa.array([0, 1, None], pa.int8()), pa.array(["FR", None])
    )

    assert terms.of(column).tolist() == [2.5, 0.5, 0.5]


def test_a_full_dictionary_of_int8_leaves_room_for_missing():
    values = tuple(f"v{number:03}" for number in range(128))
    terms = ValueTerms(values, np.arange(128.0), missing_term=-1.0)
    column = pa.DictionaryArray.from_arrays(
        pa.array([127, None, 0], pa.int8()), pa.array(values)
    )

    assert terms.of(column).tolist() == [127.0, -1.0, 0.0]


def test_a_slice_of_a_column_is_only_that_slice():
    terms = ValueTerms(("DE", "FR"), np.array([-1.5, 2.5]), missing_term=0.5)
    column = pa.array(["FR", None, "DE", "FR"])

    for whole in (column, column.dictionary_encode()):
        assert terms.of(whole.slice(1, 2)).tolist() == [0.5, -1.5]


def test_missing_counts_as_unknown_where_nobody_was_missing():
    terms = ValueTerms(("FR",), np.array([2.5]), missing_term=None)

    for column in (pa.array(["FR", None]), pa.array(["FR", None]).dictionary_encode()):
        assert terms.of(column).tolist() == [2.5, 0.0]
        assert terms.unknown_count(column) == 1


def test_a_column_of_nothing_but_nulls_is_missing():
    terms = ValueTerms(("FR",), np.array([2.5]), missing_term=0.5)

    assert terms.of(pa.nulls(2)).tolist() == [0.5, 0.5]


def test_a_number_where_text_is_due_is_refused():
    with pytest.raises(ValueError, match="arrived as int64; cast it to text"):
        ValueTerms(("1",), np.array([2.5]), None).of(pa.array([1]))


def test_text_where_a_number_is_due_is_refused():
    terms = GaussianTerms(AGE, gaussian_log_ratio(Normal(0, 1), Normal(0, 1)), 0.0, 0.0)

    with pytest.raises(ValueError, match="arrived as string; cast it to double"):
        terms.of(pa.array(["1"]))
