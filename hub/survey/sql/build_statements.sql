create table statement as
select *, row_number() over () as position
from read_csv($file, header = true, columns = {
    'id': 'varchar', 'topic': 'varchar', 'section': 'varchar',
    'statement_sv': 'varchar', 'statement_en': 'varchar',
    'quantifier_sv': 'varchar', 'quantifier_en': 'varchar',
    'low': 'utinyint', 'high': 'utinyint', 'precision': 'varchar'
});
