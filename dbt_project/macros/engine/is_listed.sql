{#
    True where a list holds a number.

    is_listed('[1.0, 5.0]', '5.0')  ->  true
#}
{% macro is_listed(list, number) -%}
    {{ return(adapter.dispatch("is_listed", "lookalike_studio")(list, number)) }}
{%- endmacro %}

{% macro default__is_listed(list, number) -%}
    list_contains({{ list }}, {{ number }})
{%- endmacro %}

{# Spark calls its lists arrays. #}
{% macro spark__is_listed(list, number) -%}
    array_contains({{ list }}, {{ number }})
{%- endmacro %}
