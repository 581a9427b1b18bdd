-- +goose Up

-- The title that was made from what is said; empty: a person wrote it, or there is none. What is shown of it follows the clip's cuts.
alter table clip add column made_title text not null default '';
update clip set made_title = clip.title
 where title <> '' and exists (select from chapter where chapter.clip_id = clip.id and chapter.no = 0 and chapter.title = clip.title and not chapter.edited);

-- +goose Down
alter table clip drop column made_title;
