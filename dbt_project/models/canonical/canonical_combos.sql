-- One row per combination of categorical values in the sample.
with

    sampled as (select * from {{ ref("canonical_sample") }}),

    combinations as (

        select
            count(*) as people_count
            {% for slug in var("categorical") %}
                , sampled.{{ quoted(slug) }}
            {% endfor %}

        from sampled
        {% if var("categorical") %}
            group by
                {% for slug in var("categorical") %}
                    sampled.{{ quoted(slug) }} {% if not loop.last %}, {% endif %}
                {% endfor %}
        {% endif %}

    )

select *
from combinations
