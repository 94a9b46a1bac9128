-- The report of 2020: what it says, in which unit, where it contradicts itself and what it does not say.
create table unit (id varchar primary key, sv varchar not null, en varchar not null);
insert into unit from read_csv($folder || '/survey_2020/units.csv', header = true, all_varchar = true);
insert into unit values ('none', '', '');

create table statement (
    id varchar primary key,
    chart varchar check (chart in ('', 'national', 'use')),
    topic varchar not null check (topic <> ''),
    section varchar not null check (section <> ''),
    heading varchar not null,
    statement_sv varchar not null check (statement_sv <> ''),
    statement_en varchar not null check (statement_en <> ''),
    quantifier_sv varchar not null,
    quantifier_en varchar not null check ((quantifier_sv = '') = (quantifier_en = '')),
    basis varchar check (basis in ('stated', 'coded', 'counted', 'derived', 'date', 'none')),
    low usmallint,
    high usmallint,
    whole utinyint,
    base utinyint check (base in (18, 21)),
    unit varchar not null references unit (id),
    precision varchar check (precision in ('exact', 'range', 'approximate', 'vague', 'none')),
    note_sv varchar not null,
    note_en varchar not null check ((note_sv = '') = (note_en = '')),
    position usmallint not null,
    check ((low is null) = (high is null)),
    check (low <= high),
    check (high <= base),
    check (high <= whole),
    check ((low is null) = (unit = 'none')),
    check (base is null or unit = 'regions'),
    check (chart = '' or (base = 18 and low is not null))
);
insert into statement
select *, row_number() over ()
from read_csv($folder || '/survey_2020/statements.csv', header = true, columns = {
    'id': 'varchar', 'chart': 'varchar', 'topic': 'varchar', 'section': 'varchar', 'heading': 'varchar',
    'statement_sv': 'varchar', 'statement_en': 'varchar', 'quantifier_sv': 'varchar', 'quantifier_en': 'varchar',
    'basis': 'varchar', 'low': 'usmallint', 'high': 'usmallint', 'whole': 'utinyint', 'base': 'utinyint',
    'unit': 'varchar', 'precision': 'varchar', 'note_sv': 'varchar', 'note_en': 'varchar'
}, force_not_null = [
    'id', 'chart', 'topic', 'section', 'heading', 'statement_sv', 'statement_en', 'quantifier_sv', 'quantifier_en',
    'note_sv', 'note_en'
]);

create table contradiction (
    id varchar primary key,
    kind varchar check (kind in ('inside', 'outside')),
    sections varchar[] not null,
    text_sv varchar not null,
    text_en varchar not null,
    position usmallint not null
);
create table contradicting (
    contradiction varchar not null references contradiction (id),
    statement varchar not null references statement (id),
    position utinyint not null
);
create temp table given as
from read_csv($folder || '/survey_2020/contradictions.csv', header = true, all_varchar = true);
insert into contradiction
select id, kind, string_split(sections, '; '), text_sv, text_en, row_number() over () from given;
insert into contradicting
select id, unnest(string_split(statements, ' ')), generate_subscripts(string_split(statements, ' '), 1) from given;
drop table given;
