-- One row per twentieth of the score's range: how many candidates and held-out seed
-- people lie there.
with

    score_bins as (

        {% for score_bin in range(20) %}
            select {{ score_bin }} as score_bin
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}

    ),

    people as (

        select score_bin, sum(people_count) as people_count

        from {{ source("scoring", "score_steps") }}
        group by score_bin

    ),

    seed_people as (

        select {{ score_bin("score") }} as score_bin, count(*) as seed_count

        from {{ source("scoring", "seed_scores") }}
        where score is not null
        group by {{ score_bin("score") }}

    ),

    histogram as (

        select
            score_bins.score_bin / 20e0 as score_from,
            (score_bins.score_bin + 1) / 20e0 as score_to,
            cast(coalesce(people.people_count, 0) as bigint) as people_count,
            cast(coalesce(seed_people.seed_count, 0) as bigint) as seed_count

        from score_bins
        left join people on score_bins.score_bin = people.score_bin
        left join seed_people on score_bins.score_bin = seed_people.score_bin

    )

select *
from histogram
