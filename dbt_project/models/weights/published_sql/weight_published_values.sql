-- One row per left-out fold and value of a categorical attribute that at least five
-- people have: the published pipeline's value weight.
with

    distributions as (

        select * from {{ ref("distribution_categorical") }} where not is_missing

    ),

    totals as (select * from {{ ref("distribution_totals") }}),

    counted as (

        select
            distributions.*,
            totals.seed_total,
            totals.reference_total,
            count(*) over (
                partition by distributions.left_out_fold, distributions.attribute
            ) as known_value_count

        from distributions
        inner join totals on distributions.left_out_fold = totals.left_out_fold

    ),

    ratios as (

        select
            left_out_fold,
            attribute,
            attribute_value,
            {{
                laplace_log_ratio(
                    "seed_count",
                    "seed_total",
                    "reference_count",
                    "reference_total",
                    "known_value_count",
                )
            }} as log_ratio

        from counted
        where seed_count + reference_count >= 5

    ),

    clamped as (

        select
            left_out_fold,
            attribute,
            attribute_value,
            {{ significant("greatest(least(log_ratio, 3e0), -3e0)") }} as value_weight

        from ratios

    )

select *
from clamped
