{#
    How near to 0 or 1 a rank may come before it is turned into z: with few people the ends
    say little.

    quantile_clip(50000)  ->  10 / 50000 = 0.0002
#}
{% macro quantile_clip(reference_total) -%}
    least(0.001e0, 10e0 / greatest({{ reference_total }}, 1))
{%- endmacro %}
