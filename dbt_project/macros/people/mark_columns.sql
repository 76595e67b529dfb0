{#
    The columns of the build's marks, each with a comma before it: what the engine noted of each
    row of the population beside its attributes. `_is_kept`: the population's filter holds;
    `_quota_group`: the place of its group among those with quotas, -1 for the others.

    mark_columns('people')  ->  , people._is_kept
#}
{% macro mark_columns(relation) -%}
    {%- for mark in var("marks") -%}, {{ relation }}.{{ mark }} {%- endfor -%}
{%- endmacro %}
