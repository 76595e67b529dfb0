{#
    Steps of a query that find which rows belong to one person, because a chain of shared
    identifiers leads from one to the other. They begin after a step `edges` with one row per
    row and identifier (row_id, id_type, least_row_id: an identifier is named by its type and
    the least row that has it) and end with `connected` (row_id, person_row_id: the person's
    least row).

    Round 1 takes each row to the least row that shares an identifier with it. Most people are
    whole then; the others go on as labels, which are few. In each further round a label moves
    to the least one that shares an identifier, and from there once more, so that the pieces of
    a person at least halve in number. With one identifier all are whole after round 1.
#}
{% macro connected_rows(rounds=10) -%}
    labelled as (select row_id, min(least_row_id) as label from edges group by row_id),

    {% if var("identifiers") | length == 1 %}
        connected as (select row_id, label as person_row_id from labelled)
    {% else %} {{ _further_rounds(rounds) }}
    {% endif %}
{%- endmacro %}

{# The rounds after the first, and `connected`. #}
{% macro _further_rounds(rounds) -%}
    -- Identifiers whose rows are not yet one person.
    divided as (

        select edges.id_type, edges.least_row_id

        from edges
        inner join labelled on edges.row_id = labelled.row_id
        group by edges.id_type, edges.least_row_id
        having min(labelled.label) <> max(labelled.label)

    ),

    divided_labels as (

        select labelled.label

        from divided
        inner join
            edges
            on divided.id_type = edges.id_type
            and divided.least_row_id = edges.least_row_id
        inner join labelled on edges.row_id = labelled.row_id
        group by labelled.label

    ),

    links_1 as (

        select labelled.label, edges.id_type, edges.least_row_id

        from edges
        inner join labelled on edges.row_id = labelled.row_id
        inner join divided_labels on labelled.label = divided_labels.label
        group by labelled.label, edges.id_type, edges.least_row_id

    ),

    targets_1 as (select label, label as target from divided_labels),

    {% for round in range(2, rounds + 1) %}
        moves_{{ round }} as (

            select label, min(least_label) as target

            from
                (
                    select
                        label,
                        min(label) over (
                            partition by id_type, least_row_id
                        ) as least_label
                    from links_{{ round - 1 }}
                ) as neighbours
            group by label

        ),

        jumps_{{ round }} as (

            select moves.label, further.target

            from moves_{{ round }} as moves
            inner join moves_{{ round }} as further on moves.target = further.label

        ),

        targets_{{ round }} as (

            select before.label, jumps.target

            from targets_{{ round - 1 }} as before
            inner join jumps_{{ round }} as jumps on before.target = jumps.label

        ),

        {% if not loop.last %}
            links_{{ round }} as (

                select jumps.target as label, before.id_type, before.least_row_id

                from links_{{ round - 1 }} as before
                inner join jumps_{{ round }} as jumps on before.label = jumps.label
                group by jumps.target, before.id_type, before.least_row_id

            ),
        {% endif %}
    {% endfor %}

    connected as (

        select
            labelled.row_id, coalesce(targets.target, labelled.label) as person_row_id

        from labelled
        left join targets_{{ rounds }} as targets on labelled.label = targets.label

    )
{%- endmacro %}
