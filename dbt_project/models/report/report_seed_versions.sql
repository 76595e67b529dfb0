-- One row per attribute: how the seed's own rows and the population's rows of the same
-- people differ.
{% set seed_people = ref("canonical_seed_people") %}
{% set matched_seed = ref("canonical_matched_seed") %}

with

    attributes as (select * from {{ source("inputs", "attributes") }}),

    -- A person found by several rows is compared with each of them.
    compared as (

        select
            own_rows.person_key
            {% for slug in attribute_slugs() %}
                ,
                own_rows.{{ quoted(slug) }} as {{ quoted("seed_" ~ slug) }},
                matched.{{ quoted(slug) }} as {{ quoted("population_" ~ slug) }}
            {% endfor %}

        from {{ seed_people }} as own_rows
        inner join
            {{ matched_seed }} as matched on own_rows.person_key = matched.person_key

    ),

    counted as (

        {% for slug in attribute_slugs() %}
            {% set ours = "compared." ~ quoted("seed_" ~ slug) %}
            {% set theirs = "compared." ~ quoted("population_" ~ slug) %}
            select
                '{{ slug }}' as attribute,
                count(*) as compared_people,
                count(
                    case when {{ is_another_value(slug, ours, theirs) }} then 1 end
                ) as differing_people,
                count(
                    case when {{ ours }} is null and {{ theirs }} is not null then 1 end
                ) as missing_in_seed_people,
                count(
                    case when {{ ours }} is not null and {{ theirs }} is null then 1 end
                ) as missing_in_population_people

            from compared
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}

    ),

    versions as (

        select
            attributes.attribute,
            attributes.column_name,
            attributes.position,
            counted.compared_people,
            {{ told_share("counted.differing_people", "counted.compared_people") }}
            as differing_share,
            {{
                told_share(
                    "counted.missing_in_seed_people", "counted.compared_people"
                )
            }} as missing_in_seed_share,
            {{
                told_share(
                    "counted.missing_in_population_people", "counted.compared_people"
                )
            }} as missing_in_population_share,
            case
                when counted.compared_people < 25
                then 'fewer than 25 people are on both sides'
                when counted.differing_people >= 25
                then 'some people have another value on each side'
                when
                    greatest(
                        counted.missing_in_seed_people,
                        counted.missing_in_population_people
                    )
                    >= 25
                then 'some people have a value on one side alone'
                else 'the same on both sides, but for fewer than 25 people or nobody'
            end as reason

        from attributes
        inner join counted on attributes.attribute = counted.attribute
        where attributes.is_in_seed

    )

select *
from versions
order by position
