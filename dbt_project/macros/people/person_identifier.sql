{# The identifier that stands for a row's person: the first that is there. #}
{% macro person_identifier(relation) -%}
    case
        {%- for slug in var("identifiers") %}
            when {{ relation }}.{{ quoted(slug) }} is not null
            then {{ relation }}.{{ quoted(slug) }}
        {%- endfor %}
    end
{%- endmacro %}
