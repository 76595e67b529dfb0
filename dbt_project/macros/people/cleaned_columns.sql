{#
    The columns of an input after cleaning: identifiers trimmed, empty ones null, hashes in
    lower case; categorical attributes as text; a continuous attribute that is not finite is
    missing.

    cleaned_columns('population')  ->  nullif(trim(...), '') as "user_id", ...
#}
{% macro cleaned_columns(relation) -%}
    {%- for slug in var("identifiers") -%}
        {%- set column = relation ~ "." ~ quoted(slug) -%}
        {%- if slug in var("hashed_identifiers") %}
            , nullif(lower({{ trimmed(column) }}), '') as {{ quoted(slug) }}
        {%- else %}, nullif({{ trimmed(column) }}, '') as {{ quoted(slug) }}
        {%- endif -%}
    {%- endfor -%}
    {%- for slug in var("categorical") %}
        , cast({{ relation }}.{{ quoted(slug) }} as string) as {{ quoted(slug) }}
    {%- endfor -%}
    {%- for slug in var("continuous") %}
        {%- set column = relation ~ "." ~ quoted(slug) %},
        case when {{ is_finite(column) }} then {{ column }} end as {{ quoted(slug) }}
    {%- endfor -%}
{%- endmacro %}
