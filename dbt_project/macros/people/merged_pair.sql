{#
    `merged_attributes` for people of two rows: of two categorical values the least is the most
    frequent one or as frequent as the other, and the median of two numbers is their middle.
    For use beside a group by.
#}
{% macro merged_pair(relation, with_protected=false) -%}
    {%- for slug in population_slugs("categorical", with_protected) %}
        , min({{ relation }}.{{ quoted(slug) }}) as {{ quoted(slug) }}
    {%- endfor %}
    {%- for slug in population_slugs("continuous", with_protected) %}
        {%- set number = relation ~ "." ~ quoted(slug) %},
        (0.5e0 * min({{ number }}) + 0.5e0 * max({{ number }})) as {{ quoted(slug) }}
    {%- endfor %}
{%- endmacro %}
