-- One row: whose rows the scorer learns from, by how many seed people were found in
-- the population.
with

    spec as (select * from {{ source("inputs", "spec") }}),

    seed_rows as (select * from {{ ref("canonical_seed_rows") }} where not is_unlike),

    matched as (

        select *
        from {{ ref("canonical_matched_seed") }}
        {% if var("has_unlike") %}
            where person_key in (select person_key from seed_rows)
        {% endif %}

    ),

    seed_counts as (select count(distinct person_key) as seed_people from seed_rows),

    matched_counts as (

        select count(distinct person_key) as matched_people from matched

    ),

    chosen as (

        select
            {% if var("learn_from") == "auto" %}
                case
                    when matched_counts.matched_people >= spec.matched_minimum
                    then 'population'
                    else 'seed'
                end
            {% else %} '{{ var("learn_from") }}'
            {% endif %} as learn_from,
            seed_counts.seed_people,
            matched_counts.matched_people

        from seed_counts
        cross join matched_counts
        cross join spec

    )

select *
from chosen
