{# True for an ordinary number; false for NaN and the infinities, null for null. #}
{% macro is_finite(column) -%}
    {{ return(adapter.dispatch("is_finite", "lookalike_studio")(column)) }}
{%- endmacro %}

{% macro default__is_finite(column) -%} isfinite({{ column }}) {%- endmacro %}

{# Spark has no isfinite; NaN equals itself there, so the comparison is spelt out. #}
{% macro spark__is_finite(column) -%}
    (not isnan({{ column }}) and abs({{ column }}) < double('Infinity'))
{%- endmacro %}
