{#
    The number by which the sample is drawn: from the last eight hex digits of an identifier
    that is a hash, from the first eight of the md5 of any other.
#}
{% macro sample_key(relation) -%}
    case
        {%- for slug in var("identifiers") %}
            {%- set column = relation ~ "." ~ quoted(slug) %}
            when {{ column }} is not null
            then
                {%- if slug in var("hashed_identifiers") %}
                    coalesce(
                        {{ hex_to_integer("right(" ~ column ~ ", 8)") }},
                        {{ hex_to_integer("substr(md5(" ~ column ~ "), 1, 8)") }}
                    )
                {%- else %} {{ hex_to_integer("substr(md5(" ~ column ~ "), 1, 8)") }}
                {%- endif %}
        {%- endfor %}
    end
{%- endmacro %}
