select id, section, statement_sv, statement_en, quantifier_sv, quantifier_en, low, high, precision
from statement
where unit = 'regions' and base = 18 and ($chart is null or chart = $chart)
order by high desc, low desc, position;
