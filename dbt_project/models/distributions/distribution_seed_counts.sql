-- One row per value of a categorical attribute and fold: how many seed people have it.
with counts as ({{ value_counts(ref("canonical_seed"), var("categorical"), ["fold"]) }})

select
    attribute,
    is_missing,
    attribute_value,
    fold,
    cast(people_count as bigint) as seed_count

from counts
