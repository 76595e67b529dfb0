{#
    The columns of all attributes, each with a comma before it, so that they can follow any
    other column even where there are none.

    attribute_columns('members')  ->  , members."job", members."age"
#}
{% macro attribute_columns(relation) -%}
    {%- for slug in attribute_slugs() %}, {{ relation }}.{{ quoted(slug) }}{% endfor -%}
{%- endmacro %}
