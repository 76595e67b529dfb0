-- One row per left-out fold and categorical attribute: how far apart seed and
-- reference are.
with

    distributions as (select * from {{ ref("distribution_categorical") }}),

    totals as (select * from {{ ref("distribution_totals") }}),

    reference_shares as (

        select
            distributions.left_out_fold,
            distributions.attribute,
            distributions.is_missing,
            distributions.attribute_value,
            distributions.seed_count,
            totals.seed_total,
            {{
                reference_share(
                    "distributions.contrast_count",
                    "totals.reference_total",
                    "distributions.value_count",
                )
            }} as reference_share

        from distributions
        inner join totals on distributions.left_out_fold = totals.left_out_fold

    ),

    -- Values that the seed would be expected to have less than once are folded into
    -- one.
    named as (

        select
            reference_shares.*,
            seed_total * reference_share < 1 as is_rare,
            case
                when seed_total * reference_share < 1 then '' else attribute_value
            end as kept_value,
            seed_total * reference_share >= 1 and is_missing as is_kept_missing

        from reference_shares

    ),

    folded as (

        select
            left_out_fold,
            attribute,
            seed_total,
            sum(seed_count) as seed_count,
            {{ exact_sum("reference_share") }} as reference_share

        from named
        group by
            left_out_fold, attribute, seed_total, is_rare, is_kept_missing, kept_value

    ),

    shares as (

        select
            folded.*,
            {{ seed_share("seed_count", "seed_total", "reference_share", 1) }}
            as seed_share

        from folded

    ),

    divergences as (

        select
            left_out_fold,
            attribute,
            count(*) - 1 as degrees_of_freedom,
            {{ exact_sum(log_share_ratio("seed_share", "reference_share")) }}
            as divergence,
            {{ exact_sum(jensen_shannon_summand("seed_share", "reference_share")) }}
            as jensen_shannon_divergence

        from shares
        group by left_out_fold, attribute

    ),

    rounded as (

        select
            left_out_fold,
            attribute,
            cast(degrees_of_freedom as bigint) as degrees_of_freedom,
            {{ significant("greatest(divergence, 0e0)") }} as divergence,
            {{ significant("greatest(jensen_shannon_divergence, 0e0)") }}
            as jensen_shannon_divergence

        from divergences

    )

select *
from rounded
