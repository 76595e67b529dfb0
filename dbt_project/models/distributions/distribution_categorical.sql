-- One row per left-out fold and value of a categorical attribute: the counts of both
-- sides, and of what the seed is compared with.
{% set unlike = (ref("distribution_unlike_counts") if var("has_unlike") or not execute) %}

with

    seed_counts as (select * from {{ ref("distribution_seed_counts") }}),

    population_counts as (select * from {{ ref("distribution_population_counts") }}),

    totals as (select * from {{ ref("distribution_totals") }}),

    -- The values of either side; `union` because most stand on both.
    all_values as (

        select attribute, is_missing, attribute_value
        from population_counts
        where reference_count > 0

        union

        select attribute, is_missing, attribute_value
        from seed_counts

        {% if var("has_unlike") %}
            union

            select attribute, is_missing, attribute_value
            from {{ unlike }}
        {% endif %}

    ),

    value_counts as (

        select attribute, count(*) as value_count from all_values group by attribute

    ),

    counted as (

        select
            totals.left_out_fold,
            all_values.attribute,
            all_values.is_missing,
            all_values.attribute_value,
            cast(coalesce(sum(seed_counts.seed_count), 0) as double) as seed_count

        from all_values
        cross join totals
        left join
            seed_counts
            on all_values.attribute = seed_counts.attribute
            and all_values.is_missing = seed_counts.is_missing
            and all_values.attribute_value = seed_counts.attribute_value
            and totals.left_out_fold <> seed_counts.fold
        group by
            totals.left_out_fold,
            all_values.attribute,
            all_values.is_missing,
            all_values.attribute_value

    ),

    with_reference as (

        select
            counted.left_out_fold,
            counted.attribute,
            counted.is_missing,
            counted.attribute_value,
            counted.seed_count,
            cast(
                coalesce(population_counts.reference_count, 0) as bigint
            ) as reference_count,
            cast(value_counts.value_count as bigint) as value_count

        from counted
        inner join value_counts on counted.attribute = value_counts.attribute
        left join
            population_counts
            on counted.attribute = population_counts.attribute
            and counted.is_missing = population_counts.is_missing
            and counted.attribute_value = population_counts.attribute_value

    ),

    {% if var("has_unlike") %}
        unlike_counts as (

            select
                totals.left_out_fold,
                unlike.attribute,
                unlike.is_missing,
                unlike.attribute_value,
                sum(unlike.unlike_count) as unlike_count

            from {{ unlike }} as unlike
            inner join totals on unlike.fold <> totals.left_out_fold
            group by
                totals.left_out_fold,
                unlike.attribute,
                unlike.is_missing,
                unlike.attribute_value

        ),

        contrasted as (

            select
                with_reference.*,
                {{
                    contrast_count(
                        "with_reference.reference_count",
                        "coalesce(unlike_counts.unlike_count, 0)",
                        "totals.reference_total",
                        "totals.unlike_total",
                        "totals.smoothing",
                    )
                }} as contrast_count

            from with_reference
            inner join totals on with_reference.left_out_fold = totals.left_out_fold
            left join
                unlike_counts
                on with_reference.left_out_fold = unlike_counts.left_out_fold
                and with_reference.attribute = unlike_counts.attribute
                and with_reference.is_missing = unlike_counts.is_missing
                and with_reference.attribute_value = unlike_counts.attribute_value

        )
    {% else %}
        contrasted as (

            select with_reference.*, cast(reference_count as double) as contrast_count
            from with_reference

        )
    {% endif %}

select *
from contrasted
