{#
    The hash of a text as lower-case hex digits, by `sha256`, `sha1` or `md5`.

    digest("'a'", 'md5')  ->  '0cc175b9c0f1b6a831c399e269772661'
#}
{% macro digest(text, algorithm) -%}
    {{ return(adapter.dispatch("digest", "lookalike_studio")(text, algorithm)) }}
{%- endmacro %}

{% macro default__digest(text, algorithm) -%}
    {{ algorithm }} ({{ text }})
{%- endmacro %}

{# Spark has SHA-256 as one of the lengths of sha2. #}
{% macro spark__digest(text, algorithm) -%}
    {%- if algorithm == "sha256" -%} sha2({{ text }}, 256)
    {%- else -%} {{ algorithm }} ({{ text }})
    {%- endif -%}
{%- endmacro %}
