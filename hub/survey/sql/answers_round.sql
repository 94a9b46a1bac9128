select round, question, choice, sum(n)::bigint
from answer_count
where round = $round and ($regions is null or list_contains($regions::varchar[], region))
group by round, question, choice
order by round, question, choice;
