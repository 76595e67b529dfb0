{#
    The values of a group as one list.

    value_list('frequent_value') over 1.0, 5.0  ->  [1.0, 5.0]
#}
{% macro value_list(column) -%}
    {{ return(adapter.dispatch("value_list", "lookalike_studio")(column)) }}
{%- endmacro %}

{% macro default__value_list(column) -%}
    list({{ column }} order by {{ column }})
{%- endmacro %}

{# Spark's aggregate has another name and no order of its own. #}
{% macro spark__value_list(column) -%}
    sort_array(collect_list({{ column }}))
{%- endmacro %}
