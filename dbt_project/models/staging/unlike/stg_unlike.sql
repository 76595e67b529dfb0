-- One row per row of the negative seed, cleaned: its identifiers.
with

    unlike_rows as (select * from {{ source("inputs", "unlike") }}),

    cleaned as (

        select
            unlike_rows.row_id
            {{ cleaned_columns("unlike_rows", "unlike", left_out=attribute_slugs()) }}

        from unlike_rows

    )

select *
from cleaned
