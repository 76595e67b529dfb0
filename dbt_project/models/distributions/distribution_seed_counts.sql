-- One row per value of a categorical attribute and fold: how many seed people have it,
-- by their weight.
with

    counts as (
        {{
            value_counts(
                ref("canonical_seed"),
                var("categorical"),
                ["fold"],
                "sum(seed_weight)",
            )
        }}
    )

select
    attribute,
    is_missing,
    attribute_value,
    fold,
    cast(people_count as double) as seed_count

from counts
