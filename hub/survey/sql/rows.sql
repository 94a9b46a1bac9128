select count(*) from read_csv($file, header = true, all_varchar = true);
