-- One row per row of the seed, cleaned.
with

    seed_rows as (select * from {{ source("inputs", "seed") }}),

    cleaned as (

        select
            seed_rows.row_id
            {% if var("weighs_seed") %}, seed_rows.seed_weight{% endif %}
            {{ cleaned_columns("seed_rows", "seed") }}
        from seed_rows

    )

select *
from cleaned
