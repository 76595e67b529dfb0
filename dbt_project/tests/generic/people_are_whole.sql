{#
    No identifier belongs to two people: every row that has it is of one person.

    arguments: {rows: ref('stg_population'), repeated: ref('canonical_repeated_identities')}
#}
{% test people_are_whole(model, rows, repeated) %}
    {%- if var("resolve_people") -%}
        {%- for slug in var("identifiers") %}
            select repeated.least_row_id
            from {{ rows }} as people
            inner join
                {{ repeated }} as repeated
                on repeated.id_type = '{{ slug }}'
                and not repeated.is_dropped
                and people.{{ quoted(slug) }} = repeated.identifier
            inner join {{ model }} as linked on people.row_id = linked.row_id
            group by repeated.least_row_id
            having min(linked.person_row_id) <> max(linked.person_row_id)
            {% if not loop.last %}
                union all
            {% endif %}
        {%- endfor %}
    {%- else %} select row_id from {{ model }} where false
    {%- endif -%}
{% endtest %}
