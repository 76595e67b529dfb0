-- One row per left-out fold and value of a categorical attribute: the counts of both
-- sides.
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

    )

select *
from with_reference
