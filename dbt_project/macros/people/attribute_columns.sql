{#
    The columns of all attributes, each with a comma before it, so that they can follow any
    other column even where there are none. `left_out` are attributes to leave out.

    attribute_columns('members')  ->  , members."job", members."age"
#}
{% macro attribute_columns(relation, left_out=[]) -%}
    {%- for slug in attribute_slugs() if slug not in left_out -%}
        , {{ relation }}.{{ quoted(slug) }}
    {%- endfor -%}
{%- endmacro %}
