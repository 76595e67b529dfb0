{#
    How many values of a list lie below a number.

    listed_below('[1.0, 5.0]', '3.0')  ->  1
#}
{% macro listed_below(list, number) -%}
    {{ return(adapter.dispatch("listed_below", "lookalike_studio")(list, number)) }}
{%- endmacro %}

{% macro default__listed_below(list, number) -%}
    len(list_filter({{ list }}, lambda listed_value:listed_value < {{ number }}))
{%- endmacro %}

{# Spark has other names and the arrow for a lambda. #}
{% macro spark__listed_below(list, number) -%}
    size(filter({{ list }}, listed_value -> listed_value < {{ number }}))
{%- endmacro %}
