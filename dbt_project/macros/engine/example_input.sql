{#
    The query that reads one input of the example in examples/bank, for the build of a shell.
    Its files are found from the project folder, wherever dbt was started.
#}
{% macro example_input(name) -%}
    {{ return(adapter.dispatch("example_input", "lookalike_studio")(name)) }}
{%- endmacro %}

{% macro default__example_input(name) -%}
    {%- set folder = (
        invocation_args_dict.project_dir ~ "/examples/bank"
    ) | replace("'", "''") -%}
    {%- set people = {
        "population": "customers",
        "population_found": "customers",
        "population_uncoded": "customers",
        "seed": "converters",
    } -%}
    {%- if name == "unlike" -%}
        {{
            return(
                "select cast(null as bigint) as row_id, cast(null as varchar) as user_id"
                ~ " where false"
            )
        }}
    {%- elif name in people -%}
        {{
            return(
                "select file_row_number as row_id, * exclude (file_row_number) from read_parquet('"
                ~ folder
                ~ "/"
                ~ people[name]
                ~ ".parquet', file_row_number = true)"
            )
        }}
    {%- else -%}
        {{
            return(
                "select * from read_parquet('"
                ~ folder
                ~ "/shell/"
                ~ name
                ~ ".parquet')"
            )
        }}
    {%- endif -%}
{%- endmacro %}

{# A Spark session has no example of its own: builds there come from the studio. #}
{% macro spark__example_input(name) -%}
    {{
        exceptions.raise_compiler_error(
            "The example build runs on DuckDB only. Pass the build_id of a build whose inputs"
            ~ " are written."
        )
    }}
{%- endmacro %}
