delete from answer_count;
