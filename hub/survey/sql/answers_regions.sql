select region, question, sum(choice::bigint * n) / sum(n), sum(n)::bigint
from answer_count
where round = $round
group by region, question
order by region, question;
