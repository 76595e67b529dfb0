-- One row per coded attribute and distinct value of it in the population, cleaned: how
-- many rows have the value.
with

    listed as (select * from {{ source("inputs", "population_values") }}),

    cleaned as (

        select
            attribute,
            code,
            cast(text_value as string) as text_value,
            case
                when {{ is_finite("number_value") }} then number_value
            end as number_value,
            row_count

        from listed

    )

select *
from cleaned
