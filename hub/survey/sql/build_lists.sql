-- The lists of the report, and where each line leads in the hub.
create table item_list (
    id varchar primary key,
    whose varchar check (whose in ('regions', 'inquiry', 'pilot')),
    title_sv varchar not null,
    title_en varchar not null,
    extent varchar check (extent in ('whole', 'part')),
    position usmallint not null
);
insert into item_list
select *, row_number() over ()
from read_csv($folder || '/survey_2020_lists/lists.csv', header = true, all_varchar = true);

create table item (
    id varchar primary key,
    list varchar not null references item_list (id),
    position utinyint not null,
    item_sv varchar not null,
    item_en varchar not null,
    sections varchar[] not null,
    levels varchar[] not null check (len(levels) > 0),
    requirements varchar[] not null,
    demo varchar not null,
    words varchar not null,
    unique (list, position)
);
insert into item
select
    id, list, position, item_sv, item_en, string_split(sections, '; '), string_split(levels, ' '),
    list_filter(string_split(requirements, ' '), lambda one: one <> ''), demo, lower(item_sv || ' ' || item_en)
from read_csv($folder || '/survey_2020_lists/items.csv', header = true, columns = {
    'id': 'varchar', 'list': 'varchar', 'position': 'utinyint', 'item_sv': 'varchar', 'item_en': 'varchar',
    'sections': 'varchar', 'levels': 'varchar', 'requirements': 'varchar', 'demo': 'varchar'
}, force_not_null = ['requirements', 'demo']);
