-- One row per left-out fold and attribute: the documented scorer's weight, its
-- divergence over the greatest one.
with

    attributes as (select * from {{ source("inputs", "attributes") }}),

    totals as (select * from {{ ref("distribution_totals") }}),

    divergences as (select * from {{ ref("weight_documented_divergences") }}),

    -- What has a term; an attribute without one cannot say anything.
    terms as (

        select left_out_fold, attribute
        from {{ ref("weight_documented_values") }}
        group by left_out_fold, attribute

        union all

        select left_out_fold, attribute
        from {{ ref("weight_documented_gaussians") }}

    ),

    described as (

        select
            totals.left_out_fold,
            attributes.attribute,
            attributes.role,
            attributes.position,
            case
                when coalesce(divergences.seed_count, 0) = 0
                then 'no seed person has a value'
                when terms.attribute is null
                then 'the seed has one value alone'
            end as drop_notice,
            coalesce(divergences.divergence, 0e0) as divergence

        from attributes
        cross join totals
        left join
            divergences
            on attributes.attribute = divergences.attribute
            and totals.left_out_fold = divergences.left_out_fold
        left join
            terms
            on attributes.attribute = terms.attribute
            and totals.left_out_fold = terms.left_out_fold

    ),

    with_greatest as (

        select
            described.*,
            max(case when drop_notice is null then divergence else 0e0 end) over (
                partition by left_out_fold
            ) as greatest_divergence

        from described

    ),

    weighed as (

        select
            with_greatest.*,
            case
                when drop_notice is null and greatest_divergence > 0
                then divergence / greatest_divergence
                else 0e0
            end as attribute_weight

        from with_greatest

    ),

    rounded as (

        select
            left_out_fold,
            attribute,
            role,
            cast(position as integer) as position,
            divergence,
            cast(null as double) as signal_share,
            cast(null as double) as decorrelation,
            {{ significant("attribute_weight") }} as attribute_weight,
            case
                when drop_notice is not null
                then drop_notice
                when attribute_weight = 0
                then 'the seed and the reference do not differ'
            end as notice

        from weighed

    )

select *
from rounded
