select id, section, statement_sv, statement_en, quantifier_sv, quantifier_en, low, high, precision
from statement
where topic = $topic
order by high desc, low desc, position;
