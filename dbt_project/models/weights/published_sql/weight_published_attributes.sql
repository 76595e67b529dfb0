-- One row per left-out fold and attribute: whether the published pipeline counts it,
-- each as much as every other.
with

    weights as (select * from {{ ref("weight_attributes") }}),

    values_kept as (

        select left_out_fold, attribute
        from {{ ref("weight_published_values") }}
        group by left_out_fold, attribute

    ),

    kernels as (

        select left_out_fold, attribute
        from {{ ref("weight_published_kernels") }}
        where seed_deviation > 0

    ),

    counting as (

        select
            weights.left_out_fold,
            weights.attribute,
            weights.role,
            weights.position,
            weights.divergence,
            cast(null as double) as signal_share,
            cast(null as double) as decorrelation,
            case
                when values_kept.attribute is null and kernels.attribute is null
                then 0e0
                else 1e0
            end as attribute_weight,
            case
                when values_kept.attribute is not null or kernels.attribute is not null
                then null
                when weights.role = 'categorical'
                then 'no value has five people'
                else 'the seed has one value alone, or none'
            end as notice

        from weights
        left join
            values_kept
            on weights.left_out_fold = values_kept.left_out_fold
            and weights.attribute = values_kept.attribute
        left join
            kernels
            on weights.left_out_fold = kernels.left_out_fold
            and weights.attribute = kernels.attribute

    )

select *
from counting
