-- A quartile is the least choice that so many of the answers reach; from counts, which gives what the answers would.
with counted as (
    select question, choice, sum(n) as n from answer_count where round = $round group by question, choice
), running as (
    select
        question, choice,
        sum(n) over (partition by question order by choice) as reached,
        sum(n) over (partition by question) as answers
    from counted
)
select
    question,
    min(choice) filter (reached * 4 >= answers),
    min(choice) filter (reached * 2 >= answers),
    min(choice) filter (reached * 4 >= answers * 3),
    any_value(answers)::bigint
from running
group by question
order by question;
