"""A column of one name is one attribute on both sides, whatever else stands there."""

from catalog.attributes import propose_mappings
from catalog.datasets import Column, Dataset, DatasetKind
from catalog.pairing import paired_by_name


def mappings_of(*names):
    return propose_mappings(
        Dataset(
            id="0" * 16,
            name="people",
            slug="people",
            kind=DatasetKind.parquet,
            path="/people.parquet",
            columns=[Column(name=name, type="VARCHAR") for name in names],
        )
    )


def attributes(mappings):
    return {each.column: each.attribute for each in mappings}


def test_a_column_meets_its_namesake_and_not_another_column_of_the_same_slug():
    population = mappings_of("user_id", "balance", "balance %", "%%", "!!")

    paired = paired_by_name(mappings_of("user_id", "balance %", "%%"), population)

    theirs = attributes(population)
    assert attributes(paired) == {
        name: theirs[name] for name in ("user_id", "balance %", "%%")
    }


def test_a_column_whose_attribute_went_to_a_namesake_meets_nobody():
    population = mappings_of("balance %")

    paired = attributes(paired_by_name(mappings_of("balance", "balance %"), population))

    assert paired == {"balance %": "balance", "balance": "balance_3"}


def test_columns_that_differ_in_spelling_alone_still_meet():
    paired = paired_by_name(mappings_of("Job Title"), mappings_of("job_title"))

    assert attributes(paired) == {"Job Title": "job_title"}
