{#
    The marks of a person of several rows, one of whom the filter keeps being enough. For use
    beside a group by.
#}
{% macro merged_marks(relation) -%}
    {%- if is_filtered() -%}, max({{ relation }}._is_kept) as _is_kept {%- endif -%}
{%- endmacro %}
