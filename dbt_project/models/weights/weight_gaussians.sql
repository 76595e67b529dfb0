-- One row per left-out fold and continuous attribute: all that a person's Gaussian
-- term needs.
with

    fits as (select * from {{ ref("weight_gaussian_fits") }}),

    distributions as (select * from {{ ref("distribution_continuous") }}),

    poolings as (select * from {{ ref("weight_variance_pooling") }} where is_chosen),

    gaussians as (

        select
            fits.left_out_fold,
            fits.attribute,
            fits.seed_mean,
            fits.seed_variance,
            fits.reference_mean,
            fits.reference_variance,
            poolings.variance_pooling,
            case
                when fits.has_missing_evidence
                then
                    {{
                        significant(
                            "ln(fits.seed_missing_share / fits.reference_missing_share)"
                        )
                    }}
                else 0e0
            end as missing_log_likelihood_ratio,
            case
                when fits.has_missing_evidence
                then
                    {{
                        significant(
                            "ln((1 - fits.seed_missing_share) / (1 - fits.reference_missing_share))"
                        )
                    }}
                else 0e0
            end as present_log_likelihood_ratio,
            {{ significant("distributions.quantile_clip") }} as quantile_clip

        from fits
        inner join
            distributions
            on fits.left_out_fold = distributions.left_out_fold
            and fits.attribute = distributions.attribute
        inner join poolings on fits.attribute = poolings.attribute

    )

select *
from gaussians
