{#
    The columns of all identifiers, each with a comma before it: those that say who is who, and
    those that are carried along.

    identifier_columns('people')  ->  , people."user_id"
#}
{% macro identifier_columns(relation) -%}
    {%- for slug in var("identifiers") + var("carried_identifiers") %}
        , {{ relation }}.{{ quoted(slug) }}
    {% endfor -%}
{%- endmacro %}
