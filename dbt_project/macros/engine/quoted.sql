{#
    An attribute's or identifier's slug as a column name. A slug is `[a-z][a-z0-9_]*` and
    may be a keyword, so it is always quoted.

    quoted('select')  ->  "select"
#}
{% macro quoted(slug) -%}
    {{ return(adapter.dispatch("quoted", "lookalike_studio")(slug)) }}
{%- endmacro %}

{% macro default__quoted(slug) -%} {{ return('"' ~ slug ~ '"') }} {%- endmacro %}

{# Spark reads double quotes as text. #}
{% macro spark__quoted(slug) -%} {{ return("`" ~ slug ~ "`") }} {%- endmacro %}
