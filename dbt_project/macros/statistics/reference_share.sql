{#
    The share of a value in the reference, with half an imaginary person added to each
    value, so that a value never seen still has a share above 0.

    reference_share(100, 1000, 2)  ->  (100 + 0.5) / (1000 + 1) = 0.1004
#}
{% macro reference_share(count, total, value_count) -%}
    (({{ count }} + 0.5e0) / ({{ total }} + 0.5e0 * {{ value_count }}))
{%- endmacro %}
