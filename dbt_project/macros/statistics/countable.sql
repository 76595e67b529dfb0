{#
    The nearest multiple of 1 / 1,048,576. Sums of such numbers are exact in a double up to
    eight thousand million, so that they do not know the order of the rows.

    countable('0.3')  ->  314573 / 1048576 = 0.3000002
#}
{% macro countable(number) -%}
    (round(({{ number }}) * 1048576e0) / 1048576e0)
{%- endmacro %}
