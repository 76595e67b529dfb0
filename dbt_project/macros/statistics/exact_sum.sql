{#
    A sum that is the same to the last bit whatever the order of the rows and the number of
    threads: added in decimals with 15 places, then turned back into a double.

    exact_sum('seed_count * z') over 0.1, 0.2, 0.3  ->  0.6
#}
{% macro exact_sum(expression) -%}
    cast(sum(cast({{ expression }} as decimal(38, 15))) as double)
{%- endmacro %}
