select round, question, choice, sum(n)::bigint
from answer_count
where question = $question and ($region is null or region = $region)
group by round, question, choice
order by round, question, choice;
