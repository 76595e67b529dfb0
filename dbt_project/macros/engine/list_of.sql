{#
    Expressions of a row as one list.

    list_of(['0.5e0', 'z'])  ->  [0.5, 1.5] where z is 1.5
#}
{% macro list_of(expressions) -%}
    {{ return(adapter.dispatch("list_of", "lookalike_studio")(expressions)) }}
{%- endmacro %}

{% macro default__list_of(expressions) -%}
    list_value({{ expressions | join(", ") }})
{%- endmacro %}

{# Spark calls its lists arrays. #}
{% macro spark__list_of(expressions) -%}
    array({{ expressions | join(", ") }})
{%- endmacro %}
