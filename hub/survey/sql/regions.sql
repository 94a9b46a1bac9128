-- A region without traces has one row, with nothing after its own facts.
select
    r.code, r.name, r.short, r.county, r.seat, r.population, r.population_on, r.healthcare_regions,
    r.university_hospital,
    t.id, t.platform_sv, t.platform_en, t.routes, t.stage, t.from_year, t.to_year, t.year_estimated, t.sources,
    t.confidence
from region r
left join trace t on t.region = r.code
where ($code is null or r.code = $code)
    and ($healthcare is null or list_contains(r.healthcare_regions, $healthcare))
    and (
        $route is null
        or r.code in (select region from trace where list_contains(routes, $route))
        or ($route = 'unknown' and r.code not in (select region from trace))
    )
order by r.scb, t.position;
