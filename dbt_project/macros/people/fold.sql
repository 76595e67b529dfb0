{#
    The fold of a person, 0 to 4, by the person key alone.

    fold("'00000007ab...'")  ->  2
#}
{% macro fold(person_key) -%}
    cast({{ hex_to_integer("substr(" ~ person_key ~ ", 1, 8)") }} % 5 as integer)
{%- endmacro %}
