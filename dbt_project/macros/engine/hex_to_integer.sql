{#
    The integer that a text of at most eight hex digits spells; null where it spells none.

    hex_to_integer("'ff'")  ->  255
#}
{% macro hex_to_integer(digits) -%}
    {{ return(adapter.dispatch("hex_to_integer", "lookalike_studio")(digits)) }}
{%- endmacro %}

{% macro default__hex_to_integer(digits) -%}
    try_cast('0x' || {{ digits }} as bigint)
{%- endmacro %}

{# Spark does not cast hex text; conv does, and reads as far as the digits go, so
   a text that is not hex throughout is refused first. #}
{% macro spark__hex_to_integer(digits) -%}
    case
        when {{ digits }} rlike '^[0-9a-fA-F]+$'
        then cast(conv({{ digits }}, 16, 10) as bigint)
    end
{%- endmacro %}
