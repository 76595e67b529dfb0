-- One row per left-out fold and continuous attribute: how far apart seed and
-- reference are.
{% set contrast = (ref("distribution_contrast_bins") if var("has_unlike") or not execute) %}
{% set contrast_share = (
    "contrast_shares.contrast_share"
    if var("has_unlike")
    else "bins.reference_share"
) %}

with

    fits as (select * from {{ ref("weight_gaussian_fits") }}),

    gaussians as (select * from {{ ref("weight_gaussians") }}),

    bins as (select * from {{ ref("distribution_bins") }}),

    bin_terms as (select * from {{ ref("weight_bins") }}),

    -- The variance that the term uses, in units of the reference's.
    spreads as (

        select
            fits.*,
            gaussians.variance_pooling,
            (
                gaussians.variance_pooling * fits.reference_variance
                + (1 - gaussians.variance_pooling) * fits.seed_variance
            )
            / fits.reference_variance as variance_ratio,
            (fits.seed_mean - fits.reference_mean)
            * (fits.seed_mean - fits.reference_mean)
            / fits.reference_variance as shift

        from fits
        inner join
            gaussians
            on fits.left_out_fold = gaussians.left_out_fold
            and fits.attribute = gaussians.attribute

    ),

    -- The seed's curve over the bins: each bin's share of the reference, times e to
    -- its term.
    greatest_terms as (

        select
            left_out_fold, attribute, max(curve_log_likelihood_ratio) as greatest_term

        from bin_terms
        group by left_out_fold, attribute

    ),

    {% if var("has_unlike") %}
        contrast_shares as (

            select
                left_out_fold,
                attribute,
                bin,
                contrast_count / greatest(
                    sum(contrast_count) over (partition by left_out_fold, attribute),
                    1e0
                ) as contrast_share

            from {{ contrast }}
            where bin is not null

        ),
    {% endif %}

    tilted as (

        select
            bin_terms.left_out_fold,
            bin_terms.attribute,
            {{ contrast_share }} as reference_share,
            {{ contrast_share }} * exp(
                bin_terms.curve_log_likelihood_ratio - greatest_terms.greatest_term
            ) as seed_mass

        from bin_terms
        inner join
            bins on bin_terms.attribute = bins.attribute and bin_terms.bin = bins.bin
        inner join
            greatest_terms
            on bin_terms.left_out_fold = greatest_terms.left_out_fold
            and bin_terms.attribute = greatest_terms.attribute
        {% if var("has_unlike") %}
            inner join
                contrast_shares
                on bin_terms.left_out_fold = contrast_shares.left_out_fold
                and bin_terms.attribute = contrast_shares.attribute
                and bin_terms.bin = contrast_shares.bin
        {% endif %}

    ),

    tilted_totals as (

        select left_out_fold, attribute, {{ exact_sum("seed_mass") }} as seed_mass

        from tilted
        group by left_out_fold, attribute

    ),

    over_bins as (

        select
            tilted.left_out_fold,
            tilted.attribute,
            (1 - fits.seed_missing_share)
            * tilted.seed_mass
            / tilted_totals.seed_mass as seed_share,
            (1 - fits.reference_missing_share)
            * tilted.reference_share as reference_share

        from tilted
        inner join
            tilted_totals
            on tilted.left_out_fold = tilted_totals.left_out_fold
            and tilted.attribute = tilted_totals.attribute
        inner join
            fits
            on tilted.left_out_fold = fits.left_out_fold
            and tilted.attribute = fits.attribute
        where tilted_totals.seed_mass > 0

        union all

        select
            left_out_fold,
            attribute,
            seed_missing_share as seed_share,
            reference_missing_share as reference_share
        from fits

    ),

    jensen_shannon as (

        select
            left_out_fold,
            attribute,
            {{ exact_sum(jensen_shannon_summand("seed_share", "reference_share")) }}
            as divergence

        from over_bins
        group by left_out_fold, attribute

    ),

    divergences as (

        select
            spreads.left_out_fold,
            spreads.attribute,
            case
                when spreads.variance_pooling = 1 then 1 else 2
            end as degrees_of_freedom,
            0.5e0
            * (spreads.variance_ratio + spreads.shift - 1 - ln(spreads.variance_ratio))
            * (1 - spreads.seed_missing_share)
            + case
                when spreads.has_missing_evidence
                then
                    {{
                        log_share_ratio(
                            "spreads.seed_missing_share",
                            "spreads.reference_missing_share",
                        )
                    }}
                    + {{
                        log_share_ratio(
                            "(1 - spreads.seed_missing_share)",
                            "(1 - spreads.reference_missing_share)",
                        )
                    }}
                else 0e0
            end as divergence,
            jensen_shannon.divergence as jensen_shannon_divergence,
            spreads.has_curve

        from spreads
        inner join
            jensen_shannon
            on spreads.left_out_fold = jensen_shannon.left_out_fold
            and spreads.attribute = jensen_shannon.attribute

    ),

    rounded as (

        select
            left_out_fold,
            attribute,
            cast(degrees_of_freedom as bigint) as degrees_of_freedom,
            {{
                significant(
                    "case when has_curve then greatest(divergence, 0e0) else 0e0 end"
                )
            }} as divergence,
            {{
                significant(
                    "case when has_curve then greatest(jensen_shannon_divergence, 0e0) else 0e0 end"
                )
            }}
            as jensen_shannon_divergence

        from divergences

    )

select *
from rounded
