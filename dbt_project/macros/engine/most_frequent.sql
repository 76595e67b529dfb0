{#
    The most frequent value of a group that is not null; of equally frequent ones the least.

    most_frequent('colour') over red, blue, red, null, blue  ->  blue
#}
{% macro most_frequent(column) -%}
    {{ return(adapter.dispatch("most_frequent", "lookalike_studio")(column)) }}
{%- endmacro %}

{# DuckDB's mode keeps the first of equals: the order makes that the least. #}
{% macro default__most_frequent(column) -%}
    mode({{ column }} order by {{ column }})
{%- endmacro %}

{# In Spark only the ordered-set form settles ties. #}
{% macro spark__most_frequent(column) -%}
    mode() within group (order by {{ column }})
{%- endmacro %}
