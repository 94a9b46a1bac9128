select round, question, choice, sum(n)::bigint
from answer_count
where round = $round and ($region is null or region = $region)
group by round, question, choice
order by round, question, choice;
