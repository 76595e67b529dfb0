{#
    One value a person from several rows: the most frequent categorical value that is not null
    (of equals the least), the median of a continuous one. For use beside a group by.
#}
{% macro merged_attributes(relation, with_protected=false) -%}
    {%- for slug in population_slugs("categorical", with_protected) %}
        , {{ most_frequent(relation ~ "." ~ quoted(slug)) }} as {{ quoted(slug) }}
    {%- endfor %}
    {%- for slug in population_slugs("continuous", with_protected) %}
        , median({{ relation }}.{{ quoted(slug) }}) as {{ quoted(slug) }}
    {%- endfor %}
{%- endmacro %}
