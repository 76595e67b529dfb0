-- One row per pair of attributes, in both orders and with itself: how much their
-- terms say the same.
{% set slugs = attribute_slugs() %}

with

    terms as (select * from {{ ref("weight_sample_terms") }}),

    places as (

        {% for slug in slugs %}
            select '{{ slug }}' as attribute, {{ loop.index }} as place
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}

    ),

    moments as (

        select
            {% for slug in slugs %}
                {{ exact_sum(quoted(slug)) }} / count(*) as mean_{{ loop.index }},
                max({{ quoted(slug) }})
                - min({{ quoted(slug) }}) as range_{{ loop.index }}
                {% if not loop.last %}, {% endif %}
            {% endfor %}

        from terms

    ),

    -- In units of the range, so that every deviation lies between -1 and 1; null where
    -- the term is the same for everybody.
    deviations as (

        select
            {% set of_slugs = [] %}
            {% for slug in slugs %}
                {% do of_slugs.append(
                    "(terms."
                    ~ quoted(slug)
                    ~ " - moments.mean_"
                    ~ loop.index
                    ~ ") / nullif(moments.range_"
                    ~ loop.index
                    ~ ", 0e0)"
                ) %}
            {% endfor %}
            {{ list_of(of_slugs) }} as listed_deviations

        from terms
        cross join moments

    ),

    pairs as (

        select places.place, other_places.place as other_place

        from places
        inner join places as other_places on places.place <= other_places.place

    ),

    products as (

        select
            pairs.place,
            pairs.other_place,
            {{
                exact_unit_sum(
                    list_item("deviations.listed_deviations", "pairs.place")
                    ~ " * "
                    ~ list_item("deviations.listed_deviations", "pairs.other_place")
                )
            }} as product

        from deviations
        cross join pairs
        group by pairs.place, pairs.other_place

    ),

    own_products as (select place, product from products where place = other_place),

    -- A term that is the same for everybody correlates with nothing but itself.
    correlations as (

        select
            places.attribute,
            other_places.attribute as other_attribute,
            {{
                significant(
                    "case when places.place = other_places.place then 1e0"
                    " when own_products.product > 0 and others_products.product > 0"
                    " then greatest(least(products.product / (sqrt(own_products.product)"
                    " * sqrt(others_products.product)), 1e0), -1e0) else 0e0 end"
                )
            }}
            as correlation

        from places
        cross join places as other_places
        left join
            products
            on least(places.place, other_places.place) = products.place
            and greatest(places.place, other_places.place) = products.other_place
        left join own_products on places.place = own_products.place
        left join
            own_products as others_products
            on other_places.place = others_products.place

    )

select *
from correlations
