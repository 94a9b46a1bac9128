insert into answer_count
select unnest($round::varchar[]), unnest($region::varchar[]), unnest($question::varchar[]), unnest($choice::utinyint[]),
    unnest($n::uinteger[]);
