select i.id, i.list, i.position, i.item_sv, i.item_en, i.sections, i.levels, i.requirements, i.demo
from item i
join item_list l on l.id = i.list
where ($list is null or i.list = $list)
    and ($level is null or list_contains(i.levels, $level))
    and len(list_filter($words::varchar[], lambda word: not contains(i.words, word))) = 0
order by l.position, i.position;
