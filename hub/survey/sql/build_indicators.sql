-- Published numbers since 2016. A series is one definition; each number belongs to one series.
create table series (
    id varchar primary key,
    topic varchar not null,
    kind varchar check (kind in ('outcome', 'target')),
    country varchar check (country in ('sweden', 'norway')),
    title_sv varchar not null,
    title_en varchar not null,
    definition_sv varchar not null,
    definition_en varchar not null,
    unit_sv varchar not null,
    unit_en varchar not null,
    position usmallint not null
);
insert into series
select *, row_number() over () from read_csv($folder || '/indicators/series.csv', header = true, all_varchar = true);

create table value (
    id varchar primary key,
    series varchar not null references series (id),
    region varchar not null,
    starts_on date,
    ends_on date,
    period varchar not null,
    value double not null,
    bound varchar check (bound in ('as-given', 'about', 'over', 'under')),
    source varchar not null check (source <> ''),
    url varchar not null check (starts_with(url, 'http')),
    published varchar not null,
    confidence varchar check (confidence in ('high', 'medium', 'low')),
    note_sv varchar not null,
    note_en varchar not null,
    check (starts_on <= ends_on),
    unique (series, region, starts_on)
);
insert into value
from read_csv($folder || '/indicators/values.csv', header = true, columns = {
    'id': 'varchar', 'series': 'varchar', 'region': 'varchar', 'starts_on': 'date', 'ends_on': 'date',
    'period': 'varchar', 'value': 'double', 'bound': 'varchar', 'source': 'varchar', 'url': 'varchar',
    'published': 'varchar', 'confidence': 'varchar', 'note_sv': 'varchar', 'note_en': 'varchar'
}, force_not_null = ['note_sv', 'note_en']);
