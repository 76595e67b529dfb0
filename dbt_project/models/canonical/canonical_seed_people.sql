-- One row per person of the seed, with the attributes of the seed's own rows.
{% set seed_rows = ref("stg_seed") %}

with

    keyed as (

        select seed_rows.person_key {{ attribute_columns("own_rows") }}

        from {{ seed_rows }} as own_rows
        inner join
            {{ ref("canonical_seed_rows") }} as seed_rows
            on own_rows.row_id = seed_rows.row_id
            and not seed_rows.is_unlike

    ),

    {{ one_row_a_person("keyed") }}

select *
from people
