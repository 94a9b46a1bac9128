select c.id, c.kind, c.sections, list(s.statement order by s.position), c.text_sv, c.text_en
from contradiction c
join contradicting s on s.contradiction = c.id
where $statement is null
    or c.id in (select contradiction from contradicting where statement = $statement)
group by c.id, c.kind, c.sections, c.text_sv, c.text_en
order by any_value(c.position);
