{#
    An identifier in the one form in which it is compared; null where nothing is left of it,
    and where it is zeros alone, as a device sends that declines to be tracked. The forms are
    those of `catalog/normal_forms.py`, which gives the same text:

    text: white space trimmed; hash and email: in lower case besides; phone: digits alone, after
    a plus where the number began with + or 00, without the (0) that some write after it.

    normalised_identifier("' Ann@X.org '", 'email')  ->  'ann@x.org'
#}
{% macro normalised_identifier(text, form) -%}
    {%- if form == "email" -%} {%- set normal = lower_case(trimmed(text)) -%}
    {%- elif form == "phone" -%} {%- set normal = phone_number(trimmed(text)) -%}
    {%- elif form == "hash" -%} {%- set normal = "lower(" ~ trimmed(text) ~ ")" -%}
    {%- else -%} {%- set normal = trimmed(text) -%}
    {%- endif -%}
    nullif(
        case
            when
                {{ text }} like '00000000%'
                and length({{ text }}) >= 32
                and trim(leading '0-' from {{ text }}) = ''
            then ''
            else {{ normal }}
        end,
        ''
    )
{%- endmacro %}

{# The digits of a phone number, after a plus where it is written with its country's code. #}
{% macro phone_number(text) -%}
    case
        when {{ text }} like '+%'
        then '+' || nullif({{ digits_of("replace(" ~ text ~ ", '(0)', '')") }}, '')
        when {{ text }} like '00%'
        then
            '+' || nullif(
                substr({{ digits_of("replace(" ~ text ~ ", '(0)', '')") }}, 3), ''
            )
        else {{ digits_of(text) }}
    end
{%- endmacro %}

{# The form of an identifier by its slug; a slug that is a hash stands in `hashed_identifiers`. #}
{% macro identifier_form(slug) -%}
    {%- if slug in var("hashed_identifiers") -%} {{ return("hash") }}
    {%- elif slug in ["email", "phone"] -%} {{ return(slug) }}
    {%- else -%} {{ return("text") }}
    {%- endif -%}
{%- endmacro %}
