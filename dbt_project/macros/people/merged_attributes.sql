{#
    One value a person from several rows: the most frequent categorical value that is not null
    (of equals the least), the median of a continuous one. For use beside a group by.
#}
{% macro merged_attributes(relation) -%}
    {%- for slug in var("categorical") %}
        , {{ most_frequent(relation ~ "." ~ quoted(slug)) }} as {{ quoted(slug) }}
    {%- endfor %}
    {%- for slug in var("continuous") %}
        , median({{ relation }}.{{ quoted(slug) }}) as {{ quoted(slug) }}
    {%- endfor %}
{%- endmacro %}
