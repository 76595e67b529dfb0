-- One row per left-out fold and attribute: how far the seed's shares of values, or of
-- tenths, are from the reference's.
with

    counts as (

        select
            left_out_fold,
            attribute,
            attribute_value as category,
            seed_count,
            reference_count
        from {{ ref("distribution_categorical") }}
        where not is_missing

        union all

        select
            left_out_fold,
            attribute,
            cast(tenth as string) as category,
            seed_count,
            reference_count
        from {{ ref("distribution_tenths") }}

    ),

    with_totals as (

        select
            counts.*,
            sum(seed_count) over (partition by left_out_fold, attribute) as seed_total,
            sum(reference_count) over (
                partition by left_out_fold, attribute
            ) as reference_total,
            count(*) over (partition by left_out_fold, attribute) as category_count

        from counts

    ),

    reference_shares as (

        select
            with_totals.*,
            {{
                reference_share(
                    "reference_count", "reference_total", "category_count"
                )
            }} as reference_share

        from with_totals

    ),

    shares as (

        select
            reference_shares.*,
            {{ seed_share("seed_count", "seed_total", "reference_share", "1e0") }}
            as seed_share

        from reference_shares

    ),

    divergences as (

        select
            left_out_fold,
            attribute,
            cast(max(seed_total) as bigint) as seed_count,
            {{ exact_sum("seed_share * ln(seed_share / reference_share)") }}
            as divergence

        from shares
        group by left_out_fold, attribute

    ),

    rounded as (

        select
            left_out_fold,
            attribute,
            seed_count,
            {{ significant("greatest(divergence, 0e0)") }} as divergence

        from divergences

    )

select *
from rounded
