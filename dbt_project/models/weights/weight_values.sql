-- One row per left-out fold and value of a categorical attribute: how much more of
-- the seed than of the reference has it.
with

    distributions as (select * from {{ ref("distribution_categorical") }}),

    totals as (select * from {{ ref("distribution_totals") }}),

    reference_shares as (

        select
            distributions.left_out_fold,
            distributions.attribute,
            distributions.is_missing,
            distributions.attribute_value,
            {{
                reference_share(
                    "distributions.contrast_count",
                    "totals.reference_total",
                    "distributions.value_count",
                )
            }} as reference_share,
            distributions.seed_count,
            totals.seed_total,
            totals.smoothing

        from distributions
        inner join totals on distributions.left_out_fold = totals.left_out_fold

    ),

    shares as (

        select
            reference_shares.*,
            {{ seed_share("seed_count", "seed_total", "reference_share", "smoothing") }}
            as seed_share

        from reference_shares

    ),

    weighed as (

        select
            left_out_fold,
            attribute,
            is_missing,
            attribute_value,
            {{ significant("reference_share") }} as reference_share,
            {{ significant("seed_share") }} as seed_share,
            {{ significant("ln(seed_share / reference_share)") }}
            as log_likelihood_ratio

        from shares

    )

select *
from weighed
