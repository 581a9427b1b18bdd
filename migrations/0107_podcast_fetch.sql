-- +goose Up

-- Whether what a podcast program fetched to its end is noted as heard.
alter table podcast add column notes_heard bool not null default true;

-- Which bytes of a clip's sound a feed's program has fetched; gone when it has them all.
create table podcast_fetch (
  workspace_id text collate "C" not null,
  account_id   text collate "C" not null,
  clip_id      text collate "C" not null constraint podcast_fetch_clip_fk references clip on delete cascade,
  -- Of which file: of one that is made anew nothing was fetched.
  object_key   text not null,
  fetched      int8multirange not null,
  constraint podcast_fetch_pk primary key (workspace_id, account_id, clip_id),
  constraint podcast_fetch_podcast_fk foreign key (workspace_id, account_id) references podcast on delete cascade
);

-- +goose Down
drop table podcast_fetch;
alter table podcast drop column notes_heard;
