-- +goose Up

-- What a clip that joins others is made of, in order. Its media is a copy: a part that is deleted later changes nothing.
create table stitch_part (
  clip_id text collate "C" not null constraint stitch_part_clip_fk references clip on delete cascade,
  no      int not null,
  -- Null: it was deleted.
  part_id text collate "C" constraint stitch_part_part_fk references clip on delete set null,
  constraint stitch_part_pk primary key (clip_id, no)
);
create index stitch_part_by_part on stitch_part (part_id);

-- +goose Down
drop table stitch_part;
