{#
    The slugs of the attributes of one role; what is protected after what is scored where
    `with_protected` is true.

    population_slugs('categorical', true)  ->  ['job', 'marital']
#}
{% macro population_slugs(role, with_protected) -%}
    {{ return(var(role) + (var("protected_" ~ role) if with_protected else [])) }}
{%- endmacro %}
