-- One row per left-out fold and attribute: the weight by the scorer that this build
-- uses.
{% set weights_of = {
    "naive_bayes": ref("weight_attributes"),
    "documented": ref("weight_documented_attributes"),
    "published_sql": ref("weight_published_attributes"),
} %}

with

    weights as (select * from {{ weights_of[var("model")] }}),

    chosen as (

        select
            left_out_fold,
            attribute,
            role,
            position,
            divergence,
            signal_share,
            decorrelation,
            attribute_weight,
            notice

        from weights

    )

select *
from chosen
