{#
    The key of a person: md5 of the identifier's type and the identifier, so that it survives
    refreshes and is the same on both sides; null without an identifier.

    person_key("'user_id'", "'u1'")  ->  md5('user_id:u1')
#}
{% macro person_key(id_type, identifier) -%}
    md5({{ id_type }} || ':' || {{ identifier }})
{%- endmacro %}
