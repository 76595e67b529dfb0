-- One row per attribute: its weight and what it is made of, by the whole fit.
with

    weights as (
        select * from {{ ref("weight_scorer_attributes") }} where left_out_fold = -1
    ),

    spec as (select * from {{ source("inputs", "spec") }}),

    attributes as (select * from {{ source("inputs", "attributes") }}),

    cardinalities as (select * from {{ ref("distribution_cardinalities") }}),

    total as (

        select {{ exact_sum("attribute_weight * divergence") }} as information
        from weights

    ),

    described as (

        select
            weights.attribute,
            attributes.column_name,
            weights.role,
            weights.notice,
            spec.model,
            weights.position,
            weights.attribute_weight,
            weights.divergence,
            case
                when total.information > 0
                then weights.attribute_weight * weights.divergence / total.information
                else 0e0
            end as information_share,
            weights.signal_share,
            weights.decorrelation,
            cardinalities.seed_unknown_share

        from weights
        inner join attributes on weights.attribute = attributes.attribute
        inner join cardinalities on weights.attribute = cardinalities.attribute
        cross join total
        cross join spec

    )

select *
from described
