{#
    How a relation is written on DuckDB: what stands under its name is dropped, table or view,
    and made anew by the same call. dbt's own way writes beside the old relation, renames twice
    and drops, which costs a small build more than its queries do; a work database has one
    writer and no reader to spare. A model that fails leaves no relation, which the next run
    makes. Hooks, grants and indexes of models are not carried out: the project has none.
#}
{% materialization table, adapter = "duckdb", supported_languages = ["sql"] %}
    {%- set target = this.incorporate(type="table") -%}
    {%- call statement("main") -%}
        {{ drop_held() }} {{ create_table_as(false, target, compiled_code) }}
    {%- endcall -%}
    {{ adapter.commit() }}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}

{% materialization view, adapter = "duckdb", supported_languages = ["sql"] %}
    {%- set target = this.incorporate(type="view") -%}
    {%- call statement("main") -%}
        {{ drop_held() }} {{ get_create_view_as_sql(target, sql) }}
    {%- endcall -%}
    {{ adapter.commit() }}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}

{# The statement that drops what stands under the model's name, table or view. #}
{% macro drop_held() -%}
    {%- set held = load_cached_relation(this) -%}
    {%- if held is not none -%}drop {{ held.type }} if exists {{ held }}
        ;
    {%- endif -%}
{%- endmacro %}
