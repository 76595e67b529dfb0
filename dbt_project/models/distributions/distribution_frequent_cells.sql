-- One row per cell of a continuous attribute that holds frequent values, with those
-- values.
with

    attributes as (select * from {{ source("inputs", "attributes") }}),

    frequent_values as (select * from {{ source("inputs", "frequent_values") }}),

    placed as (

        select
            frequent_values.attribute,
            frequent_values.frequent_value,
            {{
                cell(
                    "frequent_values.frequent_value",
                    "attributes.centre",
                    "attributes.scale",
                )
            }} as cell

        from frequent_values
        inner join attributes on frequent_values.attribute = attributes.attribute

    ),

    listed as (

        select attribute, cell, {{ value_list("frequent_value") }} as listed_values

        from placed
        group by attribute, cell

    )

select *
from listed
