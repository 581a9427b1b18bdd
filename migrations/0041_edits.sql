-- +goose Up

-- The states of a clip's edit list. The recording stays as it is; the one that holds is the latest.
create table edit (
  clip_id    text collate "C" not null constraint edit_clip_fk references clip on delete cascade,
  -- From 1 on, without holes.
  no         int not null constraint edit_no_positive check (no > 0),
  author_id  text collate "C" not null constraint edit_author_fk references account,
  created_at timestamptz not null default now(),
  -- [{"start_ms":…,"end_ms":…,"kind":"hand"|"filler"|"silence"}] in order, without overlaps, on the recording's time line.
  cuts       jsonb not null,
  -- The edit that this one brought back; 0: the recording as it was made, -1: none.
  reverts    int not null default -1,
  constraint edit_pk primary key (clip_id, no)
);

-- What holds, beside the clip, because every look at it asks for it.
alter table clip add column edit_no int not null default 0;
alter table clip add column cuts jsonb not null default '[]';
-- The edit whose exact version has been made: its renditions have names that begin with "cut".
alter table clip add column rendered_no int not null default 0;
alter table clip add column cut_poster_key text not null default '';

alter table work drop constraint work_kind_known;
alter table work add constraint work_kind_known check (kind in ('import', 'thumbnails', 'ladder', 'transcribe', 'chapters', 'screen', 'summary', 'edit', 'stitch'));

-- kept_text is what is left of a line when some of its words are cut out. A line without word times goes as a whole.
-- +goose StatementBegin
create function kept_text(body text, start_ms bigint, end_ms bigint, words jsonb, cuts jsonb) returns text language sql immutable as $$
  select case
    when not exists (select from jsonb_to_recordset(cuts) as c(start_ms bigint, end_ms bigint) where c.start_ms < kept_text.end_ms and kept_text.start_ms < c.end_ms)
      then body
    else coalesce((
      select string_agg(w.text, ' ' order by w.o)
        from rows from (jsonb_to_recordset(words) as (start_ms bigint, end_ms bigint, text text)) with ordinality as w(start_ms, end_ms, text, o)
       where not exists (select from jsonb_to_recordset(cuts) as c(start_ms bigint, end_ms bigint)
              where c.start_ms < greatest(w.end_ms, w.start_ms + 1) and w.start_ms < c.end_ms)), '')
  end
$$;
-- +goose StatementEnd

-- +goose Down
drop function kept_text(text, bigint, bigint, jsonb, jsonb);
delete from work where kind in ('edit', 'stitch');
alter table work drop constraint work_kind_known;
alter table work add constraint work_kind_known check (kind in ('import', 'thumbnails', 'ladder', 'transcribe', 'chapters', 'screen', 'summary'));
alter table clip drop column cut_poster_key, drop column rendered_no, drop column cuts, drop column edit_no;
drop table edit;
