{# The slugs of all attributes of a build: categorical ones, then continuous ones. #}
{% macro attribute_slugs() -%}
    {{ return(var("categorical") + var("continuous")) }}
{%- endmacro %}
