{#
    Those of a relation's people whom the population's filter keeps: all of them, in a build
    without one.

    kept(ref('canonical_matched_seed'))  ->  (select * from ... where _is_kept)
#}
{% macro kept(relation) -%}
    {%- if is_filtered() -%} (select * from {{ relation }} where _is_kept)
    {%- else -%} {{ relation }}
    {%- endif -%}
{%- endmacro %}
