-- One row per left-out fold and value of a categorical attribute: the documented
-- scorer's log ratio, with one person added to each value.
with

    distributions as (

        select * from {{ ref("distribution_categorical") }} where not is_missing

    ),

    with_totals as (

        select
            distributions.*,
            sum(seed_count) over (
                partition by left_out_fold, attribute
            ) as seed_value_total,
            sum(reference_count) over (
                partition by left_out_fold, attribute
            ) as reference_value_total,
            count(*) over (partition by left_out_fold, attribute) as known_value_count

        from distributions

    ),

    weighed as (

        select
            left_out_fold,
            attribute,
            attribute_value,
            {{
                significant(
                    laplace_log_ratio(
                        "seed_count",
                        "seed_value_total",
                        "reference_count",
                        "reference_value_total",
                        "known_value_count",
                    )
                )
            }} as log_likelihood_ratio

        from with_totals

    )

select *
from weighed
