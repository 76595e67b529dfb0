-- One row per left-out fold and bin of a continuous attribute: what a value in the
-- middle of the bin says.
with

    gaussians as (select * from {{ ref("weight_gaussians") }}),

    bins as (select * from {{ ref("distribution_bins") }}),

    terms as (

        select
            gaussians.left_out_fold,
            gaussians.attribute,
            bins.bin,
            {{
                significant(
                    gaussian_term(
                        "bins.z",
                        "gaussians.seed_mean",
                        "gaussians.seed_variance",
                        "gaussians.reference_mean",
                        "gaussians.reference_variance",
                        "gaussians.variance_pooling",
                    )
                )
            }} as curve_log_likelihood_ratio,
            gaussians.present_log_likelihood_ratio

        from gaussians
        inner join bins on gaussians.attribute = bins.attribute

    ),

    weighed as (

        select
            left_out_fold,
            attribute,
            bin,
            curve_log_likelihood_ratio,
            {{
                significant(
                    "curve_log_likelihood_ratio + present_log_likelihood_ratio"
                )
            }} as log_likelihood_ratio

        from terms

    )

select *
from weighed
