insert into answer_count
select round, region, question, choice, sum(n)
from read_parquet($file)
group by all
order by all;
