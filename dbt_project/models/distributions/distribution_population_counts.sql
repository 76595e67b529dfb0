-- One row per value of a categorical attribute in the population: how many people
-- have it.
{% set members = ref("canonical_members") %}
{% set taken_off = not_candidates(
    kept(ref("canonical_matched_seed")),
    (ref("canonical_unlike") if var("has_unlike") or not execute)
) %}
{% set uncoded = var("categorical") | reject("in", var("coded")) | list %}

with

    listed as (

        select attribute, text_value, row_count
        from {{ ref("stg_population_values") }}
        where
            row_count > 0
            and attribute in (
                ''
                {% for slug in var("categorical") | select("in", var("coded")) %}
                    , '{{ slug }}'
                {% endfor %}
            )

    ),

    -- Values that were listed with the profile are not counted again.
    population_counts as (

        {{ value_counts(members, uncoded) }}

        union all

        select
            attribute,
            coalesce(text_value, '') as attribute_value,
            text_value is null as is_missing,
            sum(row_count) as people_count

        from listed
        group by attribute, text_value

    ),

    matched_counts as ({{ value_counts(taken_off, var("categorical")) }}),

    counts as (

        select
            population_counts.attribute,
            population_counts.is_missing,
            population_counts.attribute_value,
            cast(population_counts.people_count as bigint) as population_count,
            coalesce(matched_counts.people_count, 0) as matched_seed_count,
            cast(
                population_counts.people_count
                - coalesce(matched_counts.people_count, 0) as bigint
            ) as reference_count

        from population_counts
        left join
            matched_counts
            on population_counts.attribute = matched_counts.attribute
            and population_counts.is_missing = matched_counts.is_missing
            and population_counts.attribute_value = matched_counts.attribute_value

    )

select *
from counts
