{#
    The digits of a text, in their order.

    digits_of("'(030) 12-34'")  ->  '0301234'
#}
{% macro digits_of(text) -%}
    {{ return(adapter.dispatch("digits_of", "lookalike_studio")(text)) }}
{%- endmacro %}

{% macro default__digits_of(text) -%}
    regexp_replace({{ text }}, '[^0-9]', '', 'g')
{%- endmacro %}

{# Spark replaces every match without being told. #}
{% macro spark__digits_of(text) -%}
    regexp_replace({{ text }}, '[^0-9]', '')
{%- endmacro %}
