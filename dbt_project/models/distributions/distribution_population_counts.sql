-- One row per value of a categorical attribute in the population: how many people
-- have it.
{% set members = ref("canonical_members") %}
{% set matched_seed = ref("canonical_matched_seed") %}

with

    {% for counted, people_of in [("population", members), ("matched", matched_seed)] %}
        {{ counted }}_counts as (

            select
                cast(null as string) as attribute,
                cast(null as boolean) as is_missing,
                cast(null as string) as attribute_value,
                cast(null as bigint) as people_count
            where false

            {% for slug in var("categorical") %}
                union all

                select
                    '{{ slug }}' as attribute,
                    people.{{ quoted(slug) }} is null as is_missing,
                    coalesce(people.{{ quoted(slug) }}, '') as attribute_value,
                    count(*) as people_count

                from {{ people_of }} as people
                group by people.{{ quoted(slug) }}
            {% endfor %}

        ),

    {% endfor %}

    counts as (

        select
            population_counts.attribute,
            population_counts.is_missing,
            population_counts.attribute_value,
            population_counts.people_count as population_count,
            coalesce(matched_counts.people_count, 0) as matched_seed_count,
            population_counts.people_count
            - coalesce(matched_counts.people_count, 0) as reference_count

        from population_counts
        left join
            matched_counts
            on population_counts.attribute = matched_counts.attribute
            and population_counts.is_missing = matched_counts.is_missing
            and population_counts.attribute_value = matched_counts.attribute_value

    )

select *
from counts
