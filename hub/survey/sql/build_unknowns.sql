-- What none of the sources say, from the three datasets that say so.
create table unknown (
    id varchar primary key,
    about varchar check (about in ('survey', 'indicators', 'regions')),
    place varchar not null,
    text_sv varchar not null,
    text_en varchar not null,
    position usmallint not null
);
insert into unknown
select *, row_number() over ()
from read_csv(
    [$folder || '/survey_2020/unknowns.csv', $folder || '/indicators/unknowns.csv', $folder || '/regions/unknowns.csv'],
    header = true, all_varchar = true, force_not_null = ['place']
);
