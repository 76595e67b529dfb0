{#
    True where two values of one attribute, both there, are not the same: texts that differ,
    numbers that differ by more than a billionth of the greater.

    is_another_value('age', '1.0', '1.0000000001')  ->  false
#}
{% macro is_another_value(slug, one, other) -%}
    {%- if slug in var("continuous") -%}
        abs({{ one }} - {{ other }}) > 1e-9 * greatest(abs({{ one }}), abs({{ other }}))
    {%- else -%} {{ one }} <> {{ other }}
    {%- endif -%}
{%- endmacro %}
