-- One row per row of the population, cleaned.
with

    population as (select * from {{ source("inputs", "population") }}),

    cleaned as (

        select
            population.row_id
            {{ cleaned_columns("population", "population", with_protected=true) }}
            {{ mark_columns("population") }}
        from population

    )

select *
from cleaned
