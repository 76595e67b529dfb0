-- One row per population row and identifier it has.
{% set people = ref("stg_population") %}

select
    cast(null as bigint) as row_id,
    cast(null as string) as id_type,
    cast(null as string) as identifier
where false

{% for slug in var("identifiers") %}
    union all

    select
        people.row_id, '{{ slug }}' as id_type, people.{{ quoted(slug) }} as identifier

    from {{ people }} as people
    where people.{{ quoted(slug) }} is not null
{% endfor %}
