-- One row per left-out fold and attribute: the weight by the scorer that this build
-- uses. A scorer that learns from people has no weights here: what is not dropped
-- counts.
{% set weights_of = {
    "naive_bayes": ref("weight_attributes"),
    "documented": ref("weight_documented_attributes"),
    "published_sql": ref("weight_published_attributes"),
} %}
{% set is_learnt = var("model") not in weights_of %}

with

    weights as (
        select * from {{ weights_of.get(var("model"), ref("weight_attributes")) }}
    ),

    chosen as (

        select
            left_out_fold,
            attribute,
            role,
            position,
            divergence,
            {% if is_learnt %}
                cast(null as double) as signal_share,
                cast(null as double) as decorrelation,
                case when is_dropped then 0e0 else 1e0 end as attribute_weight,
                case when is_dropped then notice end as notice
            {% else %} signal_share, decorrelation, attribute_weight, notice
            {% endif %}

        from weights

    )

select *
from chosen
