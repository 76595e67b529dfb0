-- One row per attribute: how many values each side has, and what is missing or unknown.
with

    attributes as (select * from {{ source("inputs", "attributes") }}),

    totals as (select * from {{ ref("distribution_totals") }} where left_out_fold = -1),

    categorical as (

        select * from {{ ref("distribution_categorical") }} where left_out_fold = -1

    ),

    population_counts as (select * from {{ ref("distribution_population_counts") }}),

    continuous as (

        select * from {{ ref("distribution_continuous") }} where left_out_fold = -1

    ),

    seed_bins as (select * from {{ ref("distribution_seed_bins") }}),

    of_categorical as (

        select
            categorical.attribute,
            count(
                case
                    when categorical.reference_count > 0 and not categorical.is_missing
                    then 1
                end
            ) as reference_value_count,
            count(
                case
                    when categorical.seed_count > 0 and not categorical.is_missing
                    then 1
                end
            ) as seed_value_count,
            sum(
                case when categorical.is_missing then categorical.seed_count else 0 end
            ) as seed_missing_count,
            sum(
                case
                    when categorical.is_missing then categorical.reference_count else 0
                end
            ) as reference_missing_count,
            sum(
                case
                    when
                        not categorical.is_missing
                        and population_counts.population_count is null
                    then categorical.seed_count
                    else 0
                end
            ) as seed_unknown_count

        from categorical
        left join
            population_counts
            on categorical.attribute = population_counts.attribute
            and categorical.is_missing = population_counts.is_missing
            and categorical.attribute_value = population_counts.attribute_value
        group by categorical.attribute

    ),

    seed_values as (

        select
            attribute,
            count(distinct bin) as seed_value_count,
            sum(unknown_count) as seed_unknown_count

        from seed_bins
        group by attribute

    ),

    of_continuous as (

        select
            continuous.attribute,
            continuous.reference_value_count,
            coalesce(seed_values.seed_value_count, 0) as seed_value_count,
            continuous.seed_missing_count,
            continuous.reference_missing_count,
            coalesce(seed_values.seed_unknown_count, 0) as seed_unknown_count

        from continuous
        left join seed_values on continuous.attribute = seed_values.attribute

    ),

    counted as (

        select *
        from of_categorical

        union all

        select *
        from of_continuous

    ),

    cardinalities as (

        select
            attributes.attribute,
            attributes.role,
            cast(
                coalesce(counted.reference_value_count, 0) as bigint
            ) as reference_value_count,
            cast(coalesce(counted.seed_value_count, 0) as bigint) as seed_value_count,
            cast(coalesce(counted.seed_missing_count, 0) as double)
            / greatest(totals.seed_total, 1) as seed_missing_share,
            cast(coalesce(counted.reference_missing_count, 0) as double)
            / greatest(totals.reference_total, 1) as reference_missing_share,
            cast(coalesce(counted.seed_unknown_count, 0) as double) / greatest(
                totals.seed_total - coalesce(counted.seed_missing_count, 0), 1
            ) as seed_unknown_share

        from attributes
        cross join totals
        left join counted on attributes.attribute = counted.attribute

    )

select *
from cardinalities
