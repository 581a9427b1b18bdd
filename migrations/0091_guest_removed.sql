-- +goose Up

-- A guest who was taken out of a clip: their browser sees nothing of it any more, whatever link it has, and may not write.
create table guest_removal (
  clip_id    text collate "C" not null constraint guest_removal_clip_fk references clip on delete cascade,
  guest_id   text collate "C" not null constraint guest_removal_guest_fk references guest on delete cascade,
  removed_by text collate "C" not null constraint guest_removal_account_fk references account,
  removed_at timestamptz not null default now(),
  constraint guest_removal_pk primary key (clip_id, guest_id)
);
create index guest_removal_by_guest on guest_removal (guest_id);
create index comment_by_guest on comment (guest_id) where guest_id is not null;

-- Who asks without an account says where an answer reaches them.
alter table access_request add column email text not null default '' constraint access_request_email_length check (char_length(email) <= 254);

-- +goose Down
alter table access_request drop column email;
drop index comment_by_guest;
drop table guest_removal;
