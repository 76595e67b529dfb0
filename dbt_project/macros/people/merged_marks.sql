{#
    The marks of a person of several rows, in their order: the filter keeps who has a row that it
    keeps, and the group is the most frequent one with a quota (of equals the first). For use beside
    a group by.
#}
{% macro merged_marks(relation) -%}
    {%- if is_filtered() -%}, max({{ relation }}._is_kept) as _is_kept {%- endif -%}
    {%- if has_quotas() -%}
        ,
        coalesce(
            {{ most_frequent("nullif(" ~ relation ~ "._quota_group, -1)") }}, -1
        ) as _quota_group
    {%- endif -%}
{%- endmacro %}
