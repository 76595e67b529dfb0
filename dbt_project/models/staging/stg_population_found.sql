-- One row per row of the population that may be one of the seed's people, cleaned.
with

    found as (select * from {{ source("inputs", "population_found") }}),

    cleaned as (

        select
            found.row_id
            {{ cleaned_columns("found", "population") }}
            {{ mark_columns("found") }}
        from found

    )

select *
from cleaned
