-- One row per left-out fold and continuous attribute: the two normal curves and the
-- shares that are missing.
with

    distributions as (select * from {{ ref("distribution_continuous") }}),

    totals as (select * from {{ ref("distribution_totals") }}),

    spec as (select * from {{ source("inputs", "spec") }}),

    means as (

        select
            distributions.*,
            totals.seed_total,
            totals.reference_total,
            spec.gaussian_prior,
            spec.smoothing,
            (
                distributions.seed_count * distributions.seed_z_mean
                + spec.gaussian_prior * distributions.reference_z_mean
            )
            / (distributions.seed_count + spec.gaussian_prior) as seed_mean,
            distributions.contrast_missing_count / cast(
                greatest(totals.reference_total, 1) as double
            ) as reference_missing_share,
            distributions.reference_value_count >= 2
            and distributions.reference_z_variance > 0 as has_curve

        from distributions
        inner join totals on distributions.left_out_fold = totals.left_out_fold
        cross join spec

    ),

    variances as (

        select
            means.*,
            (
                seed_count * (
                    seed_z_variance
                    + (seed_z_mean - seed_mean) * (seed_z_mean - seed_mean)
                )
                + gaussian_prior * reference_z_variance
            )
            / (seed_count + gaussian_prior) as seed_variance,
            {{
                seed_share(
                    "seed_missing_count",
                    "seed_total",
                    "reference_missing_share",
                    "smoothing",
                )
            }} as seed_missing_share

        from means

    ),

    -- Without two distinct values there is no curve: both sides get the same one,
    -- which says nothing.
    fits as (

        select
            left_out_fold,
            attribute,
            {{ significant("case when has_curve then seed_mean else 0e0 end") }}
            as seed_mean,
            {{ significant("case when has_curve then seed_variance else 1e0 end") }}
            as seed_variance,
            {{ significant("case when has_curve then reference_z_mean else 0e0 end") }}
            as reference_mean,
            {{
                significant(
                    "case when has_curve then reference_z_variance else 1e0 end"
                )
            }} as reference_variance,
            {{ significant("seed_missing_share") }} as seed_missing_share,
            {{ significant("reference_missing_share") }} as reference_missing_share,
            has_curve,
            has_curve
            and reference_missing_share > 0
            and reference_missing_share < 1 as has_missing_evidence

        from variances

    )

select *
from fits
