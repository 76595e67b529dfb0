-- One row per value of a categorical attribute and fold: how many people of the
-- negative seed have it.
{% set people = ref("canonical_unlike") %}

with counts as ({{ value_counts(people, var("categorical"), ["fold"]) }})

select
    attribute,
    is_missing,
    attribute_value,
    fold,
    cast(people_count as bigint) as unlike_count

from counts
