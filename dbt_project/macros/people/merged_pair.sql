{#
    `merged_attributes` for people of two rows: of two categorical values the least is the most
    frequent one or as frequent as the other, and the median of two numbers is their middle.
    For use beside a group by.
#}
{% macro merged_pair(relation) -%}
    {%- for slug in var("categorical") %}
        , min({{ relation }}.{{ quoted(slug) }}) as {{ quoted(slug) }}
    {%- endfor %}
    {%- for slug in var("continuous") %}
        {%- set number = relation ~ "." ~ quoted(slug) %},
        (0.5e0 * min({{ number }}) + 0.5e0 * max({{ number }})) as {{ quoted(slug) }}
    {%- endfor %}
{%- endmacro %}
