import pandas as pd

from report.values import telling_values


def terms(**columns):
    count = len(next(iter(columns.values())))
    return pd.DataFrame({"attribute": ["job"] * count, "is_missing": False, **columns})


def test_values_are_told_by_what_they_add_the_strongest_first():
    told = telling_values(
        terms(
            value_text=["rare", "strong", "weak", "against"],
            seed_share=[0.02, 0.4, 0.3, 0.1],
            reference_share=[0.01, 0.1, 0.2, 0.3],
            contribution=[0.5, 1.2, 0.3, -0.9],
        )
    )["job"]

    assert [value.text for value in told.more] == ["strong", "rare", "weak"]
    assert [value.text for value in told.less] == ["against"]
    assert [value.times_text for value in told.more] == ["4.0", "2.0", "1.5"]
    assert told.less[0].times_text == "0.33"
    assert told.largest_share == 0.4


def test_values_that_the_scorer_reads_otherwise_or_not_at_all_tell_nothing():
    told = telling_values(
        terms(
            value_text=["against its share", "weightless"],
            seed_share=[0.4, 0.5],
            reference_share=[0.1, 0.1],
            contribution=[-0.2, 0.0],
        )
    )["job"]

    assert not told


def test_values_nearly_as_common_are_told_only_where_none_of_their_kind_differs_more():
    told = telling_values(
        terms(
            value_text=["no", "hardly", "yes", "barely"],
            seed_share=[0.91, 0.21, 0.09, 0.19],
            reference_share=[0.83, 0.2, 0.17, 0.2],
            contribution=[0.09, 0.05, -0.6, -0.05],
        )
    )["job"]

    assert [value.text for value in told.more] == ["no"]
    assert [value.text for value in told.less] == ["yes"]


def test_values_that_few_people_of_the_seed_have_are_none_of_them_and_are_counted():
    told = telling_values(
        terms(
            value_text=["few", "many", "nobody's", "a few"],
            seed_share=[None, 0.4, 0.0, None],
            reference_share=[0.01, 0.1, 0.2, 0.3],
            contribution=[2.5, 1.2, -3.0, -0.9],
        )
    )["job"]

    assert [value.text for value in (*told.more, *told.less)] == ["many", "nobody's"]
    assert told.less[0].seed_text == "0 %"
    assert told.few == 2
    assert told.few_text.startswith("2 values are not told: fewer than 25 people")


def test_at_most_four_of_a_kind_are_told():
    told = telling_values(
        terms(
            value_text=list("abcdef"),
            seed_share=[0.2] * 6,
            reference_share=[0.1] * 6,
            contribution=[0.7] * 6,
        )
    )["job"]

    assert [value.text for value in told.more] == ["a", "b", "c", "d"]
