{#
    The columns of all attributes, each with a comma before it, so that they can follow any
    other column even where there are none. `left_out` are attributes to leave out; where
    `with_protected` is true the protected ones of a role follow those that are scored.

    attribute_columns('members')  ->  , members."job", members."age"
#}
{% macro attribute_columns(relation, left_out=[], with_protected=false) -%}
    {%- for role in ["categorical", "continuous"] -%}
        {%- for slug in population_slugs(role, with_protected) if slug not in left_out -%}
            , {{ relation }}.{{ quoted(slug) }}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
