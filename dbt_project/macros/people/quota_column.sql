{#
    The column of the groups with quotas after others, in a build that has any.

    quota_column('scores')  ->  , scores.quota_group
#}
{% macro quota_column(relation) -%}
    {%- if has_quotas() -%}, {{ relation }}.quota_group {%- endif -%}
{%- endmacro %}
