"""The statistics macros against scipy and exact arithmetic."""

import duckdb
import numpy as np
import pytest
from scipy.special import expit, ndtri
from scipy.stats import norm

from tests.dbt_project.macro_text import rendered


def values_of(expression: str, **columns: np.ndarray) -> np.ndarray:
    """Evaluate an SQL expression on columns of numbers, row by row."""
    with duckdb.connect() as connection:
        names = ", ".join(columns)
        marks = ", ".join("?" for _ in columns)
        kinds = ", ".join(f"{name} double" for name in columns)
        connection.execute(f"create table numbers (place integer, {kinds})")
        rows = zip(*(column.tolist() for column in columns.values()), strict=True)
        connection.executemany(
            f"insert into numbers (place, {names}) values (?, {marks})",
            [[place, *row] for place, row in enumerate(rows)],
        )
        result = connection.execute(
            f"select {expression} as value from numbers order by place"
        ).fetchnumpy()
    return np.ma.filled(result["value"].astype(float), np.nan)


def test_normal_quantile_is_scipy_s() -> None:
    shares = np.concatenate(
        [
            np.linspace(0.0001, 0.9999, 1999),
            10.0 ** -np.arange(1, 300, 13),
            1 - 10.0 ** -np.arange(2, 16),
            [0.075, 0.5, 0.925],
        ]
    )
    quantile = rendered(
        "normal_quantile('share')",
        "statistics/polynomial.sql",
        "statistics/normal_quantile.sql",
    )

    got = values_of(quantile, share=shares)

    np.testing.assert_allclose(got, ndtri(shares), rtol=1e-12, atol=1e-12)


def test_the_gaussian_term_mixes_two_differences_of_log_densities() -> None:
    z = np.linspace(-4, 4, 81)
    term = rendered(
        "gaussian_term('z', '0.5e0', '0.25e0', '0.1e0', '0.9e0', '0.5e0')",
        "statistics/gaussian_log_ratio.sql",
        "statistics/gaussian_term.sql",
    )

    got = values_of(term, z=z)

    reference = norm.logpdf(z, 0.1, np.sqrt(0.9))
    own = norm.logpdf(z, 0.5, 0.5) - reference
    pooled = norm.logpdf(z, 0.5, np.sqrt(0.9)) - reference
    np.testing.assert_allclose(got, 0.5 * own + 0.5 * pooled, rtol=1e-12, atol=1e-12)


def test_the_sigmoid_does_not_overflow() -> None:
    log_odds = np.array([-1e6, -40.0, 0.0, 40.0, 1e6])

    got = values_of(rendered("sigmoid('x')", "statistics/sigmoid.sql"), x=log_odds)

    np.testing.assert_allclose(got, expit(log_odds), rtol=1e-14)


def test_cells_rise_with_the_number_and_stay_in_range() -> None:
    numbers = np.sort(
        np.concatenate([np.linspace(-5, 5, 1001), [-1e308, -1e300, 1e300, 1e308]])
    )

    got = values_of(
        rendered("cell('x', '0e0', '1e0')", "statistics/cell.sql"), x=numbers
    )

    expected = np.clip(
        np.sign(numbers) * np.floor(1024 * np.sqrt(np.sqrt(np.abs(numbers)))),
        -(2**30),
        2**30,
    )
    assert (got == expected).all()
    assert (np.diff(got) >= 0).all()


def test_a_missing_number_lies_in_no_cell() -> None:
    with duckdb.connect() as connection:
        expression = rendered("cell('x', '0e0', '1e0')", "statistics/cell.sql")
        got = connection.sql(
            f"select {expression} from (select cast(null as double) as x)"
        )
        assert got.fetchall() == [(None,)]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (2 / 3, 0.666666666667),
        (-1e-300 / 3, -3.33333333333e-301),
        (0.0, 0.0),
        (1e15, 1e15),
    ],
)
def test_a_parameter_keeps_twelve_significant_digits(
    number: float, expected: float
) -> None:
    rounding = rendered("default__significant('x')", "engine/significant.sql")

    assert values_of(rounding, x=np.array([number]))[0] == expected


def test_a_number_is_written_as_a_person_would() -> None:
    files = ("statistics/number_text.sql", "engine/significant.sql")
    text = rendered("number_text('x')", *files)
    written = {
        18.0: "18",
        1234567.0: "1234567",
        -21.5: "-21.5",
        66156.33365829893: "66156.3",
        1 / 3e4: "3.33333e-05",
        1e300: "1e+300",
    }

    with duckdb.connect() as connection:
        got = connection.execute(
            f"select {text} from (select unnest(?) as x)", [list(written)]
        ).fetchall()

    assert [one for (one,) in got] == list(written.values())


def test_the_exact_sum_does_not_depend_on_the_order() -> None:
    numbers = [0.1] * 10 + [1e9, -1e9, 0.2]
    total = rendered("exact_sum('x')", "statistics/exact_sum.sql")

    with duckdb.connect() as connection:
        got = [
            connection.execute(
                f"select {total} from (select unnest(?) as x)", [order]
            ).fetchall()
            for order in (numbers, numbers[::-1])
        ]

    assert got == [[(1.2,)], [(1.2,)]]
