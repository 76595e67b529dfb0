{# True in a build whose population has a filter: only people with `_is_kept` may be chosen. #}
{% macro is_filtered() -%} {{ return("_is_kept" in var("marks")) }} {%- endmacro %}
