{#
    A number as a person would write it: without the `.0` of a whole one.

    number_text('18e0')  ->  18
#}
{% macro number_text(number) -%}
    regexp_replace(cast({{ number }} as string), '[.]0$', '')
{%- endmacro %}
