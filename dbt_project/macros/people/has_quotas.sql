{# True in a build that shares its audience out among groups: people have `_quota_group`. #}
{% macro has_quotas() -%} {{ return("_quota_group" in var("marks")) }} {%- endmacro %}
