-- One row per new person of the audience: the attributes that the score was made of,
-- but for those that are kept in codes.
with

    audience_members as (select * from {{ ref("audience_members") }}),

    people as (select * from {{ ref("audience_people") }}),

    attributes as (

        select people.row_id {{ attribute_columns("people", left_out=var("coded")) }}

        from people
        inner join audience_members on people.row_id = audience_members.row_id
        where not audience_members.is_seed

    )

select *
from attributes
