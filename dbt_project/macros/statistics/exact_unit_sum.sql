{#
    `exact_sum` for numbers between -1 and 1, several times faster: decimals that fit into a
    machine word, with the same 15 places.

    exact_unit_sum('deviation * deviation') over 0.25, -0.5  ->  0.3125
#}
{% macro exact_unit_sum(expression) -%}
    cast(sum(cast({{ expression }} as decimal(18, 15))) as double)
{%- endmacro %}
