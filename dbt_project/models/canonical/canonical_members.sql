-- One row per person of the population whom its filter keeps: its own rows where the
-- key is unique, else the merged people.
{% set population_rows = ref("stg_population") %}
{% set merged_people = ref("canonical_merged_people") %}

with

    people as (

        select *
        from
            {{ kept(merged_people if var("resolve_people") else population_rows) }}
            as people

    ),

    members as (

        select
            people.row_id {{ identifier_columns("people") }}
            {{ attribute_columns("people", with_protected=true) }}
            {{ mark_columns("people") }}

        from people

    )

select *
from members
