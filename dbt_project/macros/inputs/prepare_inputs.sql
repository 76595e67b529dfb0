{#
    Makes sure, before a run, that the inputs of the selected nodes are there. The bare
    `dbt build` of a shell (build id `shellbuild`) gets the absent ones from examples/bank; any
    other build with an absent input ends here, so that it never meets example rows.
#}
{% macro prepare_inputs() -%}
    {%- if execute -%}
        {%- for input in graph.sources.values() | sort(attribute="unique_id") -%}
            {%- if input_is_needed(input.unique_id) and not input_exists(input) -%}
                {%- if var("build_id") != "shellbuild" -%}
                    {{
                        exceptions.raise_compiler_error(
                            "The input "
                            ~ input.schema
                            ~ "."
                            ~ input.identifier
                            ~ " of build "
                            ~ var("build_id")
                            ~ " is absent. Run the step that"
                            ~ " writes it ("
                            ~ input.meta.dagster.asset_key
                            | join("/") ~ ") first."
                        )
                    }}
                {%- endif -%}
                {%- do run_query("create schema if not exists " ~ input.schema) -%}
                {%- do run_query(
                    "create view "
                    ~ input.schema
                    ~ "."
                    ~ input.identifier
                    ~ " as "
                    ~ example_input(input.identifier)
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{# True where a node of this run reads the input. #}
{% macro input_is_needed(unique_id) -%}
    {%- for selected in selected_resources -%}
        {%- set node = graph.nodes.get(selected) or {} -%}
        {%- if unique_id in node.get("depends_on", {}).get("nodes", []) -%}
            {{ return(true) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(unique_id in selected_resources) }}
{%- endmacro %}

{# True where the work database has the input. #}
{% macro input_exists(input) -%}
    {%- set found = run_query(
        "select 1 from information_schema.tables where table_schema = '"
        ~ input.schema
        ~ "' and table_name = '"
        ~ input.identifier
        ~ "'"
    ) -%}
    {{ return(found.rows | length > 0) }}
{%- endmacro %}
