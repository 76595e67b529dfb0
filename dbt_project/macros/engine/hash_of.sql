{#
    A whole number made of a text, the same for equal texts: to find texts that may be equal
    without holding them all. Different texts may have one number, so what it finds is compared
    as text afterwards.

    hash_of('identifier')
#}
{% macro hash_of(text) -%}
    {{ return(adapter.dispatch("hash_of", "lookalike_studio")(text)) }}
{%- endmacro %}

{% macro default__hash_of(text) -%} hash({{ text }}) {%- endmacro %}

{# Spark's hash has 32 bits. #}
{% macro spark__hash_of(text) -%} xxhash64({{ text }}) {%- endmacro %}
