select id, about, place, text_sv, text_en
from unknown
where $about is null or about = $about
order by position;
