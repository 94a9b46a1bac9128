-- The regions, and what is publicly known of how each connects.
create table region (
    code varchar primary key,
    name varchar not null,
    short varchar not null,
    county varchar not null,
    scb varchar not null unique,
    nuts3 varchar not null unique,
    seat varchar not null,
    population uinteger not null,
    population_on date not null,
    healthcare_regions varchar[] not null,
    university_hospital varchar not null
);
insert into region
select * replace (string_split(healthcare_regions, '; ') as healthcare_regions)
from read_csv($folder || '/regions/regions.csv', header = true, columns = {
    'code': 'varchar', 'name': 'varchar', 'short': 'varchar', 'county': 'varchar', 'scb': 'varchar',
    'nuts3': 'varchar', 'seat': 'varchar', 'population': 'uinteger', 'population_on': 'date',
    'healthcare_regions': 'varchar', 'university_hospital': 'varchar'
}, force_not_null = ['university_hospital']);

create table trace (
    id varchar primary key,
    region varchar not null references region (code),
    platform_sv varchar not null,
    platform_en varchar not null,
    routes varchar[] not null check (len(routes) > 0),
    stage varchar check (stage in ('use', 'pilot', 'plan', 'rule')),
    from_year usmallint,
    to_year usmallint,
    year_estimated boolean not null,
    sources varchar[] not null check (len(sources) > 0),
    confidence varchar check (confidence in ('high', 'medium', 'low')),
    position usmallint not null,
    check (from_year <= to_year)
);
insert into trace
select
    id, region, platform_sv, platform_en, string_split(routes, ' '), stage, from_year, to_year, year_estimated = 'yes',
    string_split(sources, ' '), confidence, row_number() over ()
from read_csv($folder || '/regions/traces.csv', header = true, columns = {
    'id': 'varchar', 'region': 'varchar', 'platform_sv': 'varchar', 'platform_en': 'varchar', 'routes': 'varchar',
    'stage': 'varchar', 'from_year': 'usmallint', 'to_year': 'usmallint', 'year_estimated': 'varchar',
    'sources': 'varchar', 'confidence': 'varchar'
});
