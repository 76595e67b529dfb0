{#
    The columns of all identifiers, each with a comma before it.

    identifier_columns('people')  ->  , people."user_id"
#}
{% macro identifier_columns(relation) -%}
    {%- for slug in var("identifiers") %}
        , {{ relation }}.{{ quoted(slug) }}
    {% endfor -%}
{%- endmacro %}
