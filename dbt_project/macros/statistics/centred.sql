{#
    A number as so many scales from the centre, so that sums of squares keep their digits at
    any magnitude. Beyond a million scales it counts as a million: squares then fit `exact_sum`.

    centred('age', 'centre', 'scale') with 45, 40 and 10  ->  0.5
#}
{% macro centred(number, centre, scale) -%}
    greatest(least(({{ number }} - {{ centre }}) / {{ scale }}, 1e6), -1e6)
{%- endmacro %}
