{#
    The relation's columns are the fixed ones, the identifiers (where `identifiers` is true) and
    one for each of the build's attributes with the given roles: not one more, not one fewer.
    `is_coded_left_out`: none for attributes that are kept in codes; `with_protected`: one for each
    protected attribute, too. `marks`: the build's marks as well.

    arguments: {attributes: source('inputs', 'attributes'), fixed: [row_id], identifiers: true}
#}
{% test has_columns(
    model,
    attributes,
    fixed=[],
    identifiers=false,
    roles=["categorical", "continuous"],
    is_coded_left_out=false,
    with_protected=false,
    marks=false,
    quotas=false
) %}
    {%- set known = (
        fixed
        + (
            var("identifiers") + var("carried_identifiers")
            if identifiers
            else []
        )
        + (
            var("protected_categorical") + var("protected_continuous")
            if with_protected
            else []
        )
        + (var("marks") if marks else [])
        + (["quota_group"] if quotas and has_quotas() else [])
    ) -%}

    with

        expected as (

            select attribute as column_name
            from {{ attributes }}
            where
                role in ('{{ roles | join("', '") }}')
                {% for slug in var("coded") if is_coded_left_out %}
                    and attribute <> '{{ slug }}'
                {% endfor %}

            {% for column_name in known %}
                union all
                select '{{ column_name }}' as column_name
            {% endfor %}

        ),

        actual as (

            {% for column in adapter.get_columns_in_relation(model) %}
                select '{{ column.name }}' as column_name
                {% if not loop.last %}
                    union all
                {% endif %}
            {% else %}select cast(null as string) as column_name where false
            {% endfor %}

        )

    select expected.column_name as absent, actual.column_name as unexpected
    from expected
    full join actual on expected.column_name = actual.column_name
    where expected.column_name is null or actual.column_name is null
{% endtest %}
