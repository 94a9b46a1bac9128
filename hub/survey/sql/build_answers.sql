-- Answers of coming rounds, counted: nothing asked of them needs to know which row an answer stood in.
create table answer_count (
    round varchar not null,
    region varchar not null references region (code),
    question varchar not null,
    choice utinyint not null,
    n uinteger not null
);
