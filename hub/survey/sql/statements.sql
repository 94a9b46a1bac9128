select
    s.id, s.chart, s.topic, s.section, s.heading, s.statement_sv, s.statement_en, s.quantifier_sv, s.quantifier_en,
    s.basis, s.low, s.high, s.whole, s.base, s.unit, u.sv, u.en, s.precision, s.note_sv, s.note_en
from statement s
join unit u on u.id = s.unit
where ($id is null or s.id = $id)
    and ($section is null or s.section = $section)
    and ($topic is null or s.topic = $topic)
order by s.position;
