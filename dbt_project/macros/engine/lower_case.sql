{#
    A text in lower case, the same on every engine and in Python: of the letters whose lower
    case depends on who is asked, the dotted I gives i and the sigma never its final form.

    lower_case("'ANN'")  ->  'ann'
#}
{% macro lower_case(text) -%}
    {{ return(adapter.dispatch("lower_case", "lookalike_studio")(text)) }}
{%- endmacro %}

{% macro default__lower_case(text) -%} lower({{ text }}) {%- endmacro %}

{# Java keeps the dot of the dotted I as a letter of its own. #}
{% macro spark__lower_case(text) -%}
    lower(translate({{ text }}, 'İΣ', 'iσ'))
{%- endmacro %}
