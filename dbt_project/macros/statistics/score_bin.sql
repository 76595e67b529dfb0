{#
    The twentieth of the score's range that a score lies in, 0 to 19.

    score_bin('0.5')  ->  10
#}
{% macro score_bin(score) -%}
    cast(greatest(least(floor({{ score }} * 20), 19), 0) as integer)
{%- endmacro %}
