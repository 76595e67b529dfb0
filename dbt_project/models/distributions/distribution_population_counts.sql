-- One row per value of a categorical attribute in the population: how many people
-- have it.
with

    {% for counted, people_of in [
        ("population", ref("canonical_members")),
        ("matched", ref("canonical_matched_seed")),
    ] %}
        {{ counted }}_counts as ({{ value_counts(people_of, var("categorical")) }}),
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
