-- +goose Up

-- Words that people sort clips by; lower case, made by domain.CleanTags.
create table clip_tag (
  clip_id text collate "C" not null constraint clip_tag_clip_fk references clip on delete cascade,
  tag     text collate "C" not null constraint clip_tag_length check (char_length(tag) between 1 and 40),
  constraint clip_tag_pk primary key (clip_id, tag)
);

-- +goose Down
drop table clip_tag;
