select l.id, l.whose, l.title_sv, l.title_en, l.extent, count(*)
from item_list l
join item i on i.list = l.id
group by l.id, l.whose, l.title_sv, l.title_en, l.extent, l.position
order by l.position;
