select
    s.id, s.topic, s.kind, s.country, s.title_sv, s.title_en, s.definition_sv, s.definition_en, s.unit_sv, s.unit_en,
    v.id, v.region, v.starts_on, v.ends_on, v.period, v.value, v.bound, v.source, v.url, v.published, v.confidence,
    v.note_sv, v.note_en
from series s
join value v on v.series = s.id
where ($id is null or s.id = $id)
    and ($topic is null or s.topic = $topic)
    and ($country is null or s.country = $country)
order by s.position, v.starts_on nulls last, v.region;
