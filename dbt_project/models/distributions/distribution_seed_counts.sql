-- One row per value of a categorical attribute and fold: how many seed people have it.
{% set seed_people = ref("canonical_seed") %}

select
    cast(null as string) as attribute,
    cast(null as boolean) as is_missing,
    cast(null as string) as attribute_value,
    cast(null as integer) as fold,
    cast(null as bigint) as seed_count
where false

{% for slug in var("categorical") %}
    union all

    select
        '{{ slug }}' as attribute,
        people.{{ quoted(slug) }} is null as is_missing,
        coalesce(people.{{ quoted(slug) }}, '') as attribute_value,
        people.fold,
        count(*) as seed_count

    from {{ seed_people }} as people
    group by people.{{ quoted(slug) }}, people.fold
{% endfor %}
