{#
    The columns of an input after cleaning: identifiers in their normal form, hashed where the
    other side has hashes; categorical attributes as text; a continuous attribute that is not
    finite is missing.

    `side` is population or seed. `raw_identifiers` says, for each side, which identifier is
    made of values in the clear: by their form and the hash. `left_out` are attributes to leave
    out; with `with_protected` the protected ones are there too.

    cleaned_columns('people', 'population')  ->  nullif(trim(...), '') as "user_id", ...
#}
{% macro cleaned_columns(relation, side, left_out=[], with_protected=false) -%}
    {%- for slug in var("identifiers") + var("carried_identifiers") -%}
        {%- set column = relation ~ "." ~ quoted(slug) -%}
        {%- set raw = var("raw_identifiers").get(side, {}).get(slug) %},
        {% if raw -%} {{ digest(normalised_identifier(column, raw[0]), raw[1]) }}
        {%- else -%} {{ normalised_identifier(column, identifier_form(slug)) }}
        {%- endif %} as {{ quoted(slug) }}
    {%- endfor -%}
    {%- for slug in population_slugs("categorical", with_protected) if slug not in left_out %}
        , cast({{ relation }}.{{ quoted(slug) }} as string) as {{ quoted(slug) }}
    {%- endfor -%}
    {%- for slug in population_slugs("continuous", with_protected) if slug not in left_out %}
        {%- set column = relation ~ "." ~ quoted(slug) %},
        case when {{ is_finite(column) }} then {{ column }} end as {{ quoted(slug) }}
    {%- endfor -%}
{%- endmacro %}
