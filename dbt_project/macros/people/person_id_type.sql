{# The type of the identifier that stands for a row's person: the first that is there. #}
{% macro person_id_type(relation) -%}
    case
        {%- for slug in var("identifiers") %}
            when {{ relation }}.{{ quoted(slug) }} is not null then '{{ slug }}'
        {%- endfor %}
    end
{%- endmacro %}
