{#
    share * ln(share / other_share), and 0 where the share is 0: one summand of a divergence.

    log_share_ratio(0.5, 0.25)  ->  0.5 * ln(2) = 0.3466
#}
{% macro log_share_ratio(share, other_share) -%}
    (
        case
            when {{ share }} > 0
            then {{ share }} * ln({{ share }} / {{ other_share }})
            else 0e0
        end
    )
{%- endmacro %}
