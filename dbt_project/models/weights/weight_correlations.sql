-- One row per pair of attributes, in both orders and with itself: how much their
-- terms say the same.
{% set slugs = attribute_slugs() %}

with

    terms as (select * from {{ ref("weight_sample_terms") }}),

    ranges as (

        select
            count(*) as people_count
            {% for slug in slugs %}
                ,
                min({{ quoted(slug) }}) as least_{{ loop.index0 }},
                max({{ quoted(slug) }}) as greatest_{{ loop.index0 }}
            {% endfor %}

        from terms

    ),

    -- Brought to 0..1, which leaves a correlation as it is and keeps every digit of
    -- the exact sums.
    scaled as (

        select
            ranges.people_count
            {% for slug in slugs %}
                ,
                case
                    when
                        ranges.greatest_{{ loop.index0 }}
                        > ranges.least_{{ loop.index0 }}
                    then
                        (terms.{{ quoted(slug) }} - ranges.least_{{ loop.index0 }}) / (
                            ranges.greatest_{{ loop.index0 }}
                            - ranges.least_{{ loop.index0 }}
                        )
                    else 0e0
                end as scaled_{{ loop.index0 }}
            {% endfor %}

        from terms
        cross join ranges

    ),

    means as (

        select
            count(*) as people_count
            {% for slug in slugs %}
                ,
                {{ exact_sum("scaled_" ~ loop.index0) }}
                / greatest(count(*), 1) as mean_{{ loop.index0 }}
            {% endfor %}

        from scaled

    ),

    deviations as (

        select
            means.people_count
            {% for slug in slugs %}
                ,
                scaled.scaled_{{ loop.index0 }}
                - means.mean_{{ loop.index0 }} as deviation_{{ loop.index0 }}
            {% endfor %}

        from scaled
        cross join means

    ),

    products as (

        select
            count(*) as people_count
            {% for slug in slugs %}
                {% set first = loop.index0 %}
                {% for other in range(first, slugs | length) %}
                    ,
                    {{ exact_sum("deviation_" ~ first ~ " * deviation_" ~ other) }}
                    as product_{{ first }}_{{ other }}
                {% endfor %}
            {% endfor %}

        from deviations

    ),

    pairs as (

        {% for slug in slugs %}
            {% set first = loop.index0 %}
            {% set last_slug = loop.last %}
            {% for other in range(slugs | length) %}
                {% set pair = [first, other] | sort %}
                select
                    '{{ slug }}' as attribute,
                    '{{ slugs[other] }}' as other_attribute,
                    product_{{ pair[0] }}_{{ pair[1] }} as product,
                    product_{{ first }}_{{ first }} as own_product,
                    product_{{ other }}_{{ other }} as other_product
                from products
                {% if not (last_slug and loop.last) %}
                    union all
                {% endif %}
            {% endfor %}
        {% endfor %}

    ),

    -- A term that is the same for everybody correlates with nothing but itself.
    correlations as (

        select
            attribute,
            other_attribute,
            {{
                significant(
                    "case when attribute = other_attribute then 1e0"
                    " when own_product > 0 and other_product > 0 then greatest(least("
                    "product / (sqrt(own_product) * sqrt(other_product)), 1e0), -1e0)"
                    " else 0e0 end"
                )
            }} as correlation

        from pairs

    )

select *
from correlations
