-- One row per new person of the audience: the attributes that the score was made of.
with

    audience_members as (select * from {{ ref("audience_members") }}),

    members as (select * from {{ ref("canonical_members") }}),

    attributes as (

        select members.row_id {{ attribute_columns("members") }}

        from members
        inner join audience_members on members.row_id = audience_members.row_id
        where not audience_members.is_seed

    )

select *
from attributes
