-- One row per sampled row of the population, cleaned.
with

    sample_rows as (select * from {{ source("inputs", "sample") }}),

    cleaned as (

        select
            sample_rows.row_id,
            sample_rows.sample_key
            {{
                cleaned_columns(
                    "sample_rows",
                    "population",
                    with_protected=true,
                )
            }}

        from sample_rows

    )

select *
from cleaned
