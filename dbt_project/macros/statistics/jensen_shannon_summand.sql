{#
    One value's part of the Jensen-Shannon divergence of two distributions, in nats; the
    parts of all values add up to between 0 and ln(2).

    jensen_shannon_summand(1, 0)  ->  0.5 * ln(2) = 0.3466
#}
{% macro jensen_shannon_summand(share, other_share) -%}
    {%- set middle = "((" ~ share ~ " + " ~ other_share ~ ") / 2)" -%}
    (
        0.5e0 * {{ log_share_ratio(share, middle) }}
        + 0.5e0 * {{ log_share_ratio(other_share, middle) }}
    )
{%- endmacro %}
