{#
    The item of a list at a place, counted from 1.

    list_item('[0.5, 1.5]', '2')  ->  1.5
#}
{% macro list_item(list, place) -%}
    {{ return(adapter.dispatch("list_item", "lookalike_studio")(list, place)) }}
{%- endmacro %}

{% macro default__list_item(list, place) -%}
    list_extract({{ list }}, {{ place }})
{%- endmacro %}

{# In Spark only element_at counts from 1. #}
{% macro spark__list_item(list, place) -%}
    element_at({{ list }}, {{ place }})
{%- endmacro %}
