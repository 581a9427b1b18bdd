package postgres

import (
	"context"
	"time"

	"baton/domain"
	"baton/postgres/internal/sqlc"
)

// Hours keeps when people work, and their days off.
type Hours struct{ db *DB }

// Schedule reads one person's. KindNotFound.
func (s Hours) Schedule(ctx context.Context, id domain.AccountID) (domain.Schedule, error) {
	all, err := s.Schedules(ctx, []domain.AccountID{id})
	if err == nil && len(all) == 0 {
		err = domain.Errorf(domain.KindNotFound, noAccount)
	}
	if err != nil {
		return domain.Schedule{}, failed("read hours", err)
	}
	return all[id], nil
}

// Schedules reads those of several people.
func (s Hours) Schedules(ctx context.Context, ids []domain.AccountID) (map[domain.AccountID]domain.Schedule, error) {
	return schedules(ctx, s.db.queries(), ids)
}

func schedules(ctx context.Context, q *sqlc.Queries, ids []domain.AccountID) (map[domain.AccountID]domain.Schedule, error) {
	texts := each(ids, func(id domain.AccountID) string { return string(id) })
	rows, err := q.HoursOf(ctx, texts)
	if err != nil {
		return nil, failed("read hours", err)
	}
	off, err := q.DaysOff(ctx, texts)
	if err != nil {
		return nil, failed("read days off", err)
	}
	out := make(map[domain.AccountID]domain.Schedule, len(rows))
	for _, r := range rows {
		out[r.AccountID] = domain.Schedule{AccountID: r.AccountID, Hours: toHours(r)}
	}
	for _, d := range off {
		with := out[d.AccountID]
		with.DaysOff = append(with.DaysOff, toDayOff(d))
		out[d.AccountID] = with
	}
	return out, nil
}

// Set changes a person's hours, and with them their time zone. KindNotFound.
func (s Hours) Set(ctx context.Context, id domain.AccountID, h domain.Hours) error {
	return s.db.inTx(ctx, "set hours", func(t *tx) error {
		n, err := t.SetTimeZone(ctx, h.TimeZone, id)
		if err := found(n, err, noAccount); err != nil {
			return err
		}
		return t.PutHours(ctx, sqlc.PutHoursParams{
			AccountID: id, Days: each(h.Days, func(d time.Weekday) int { return int(d) }), WorkFrom: int(h.From), WorkTo: int(h.To),
			CoreFrom: int(h.CoreFrom), CoreTo: int(h.CoreTo), QuietFrom: int(h.QuietFrom), QuietTo: int(h.QuietTo),
		})
	})
}

// AddDaysOff adds what is not there yet and tells how many that were. KindTooMany beyond domain.MaxDaysOff.
func (s Hours) AddDaysOff(ctx context.Context, id domain.AccountID, off []domain.DayOff) (int, error) {
	added := 0
	err := s.db.inTx(ctx, "add days off", func(t *tx) error {
		added = 0
		if _, err := t.LockAccount(ctx, id); err != nil {
			return orNotFound(err, noAccount)
		}
		for _, d := range off {
			n, err := t.InsertDayOff(ctx, sqlc.InsertDayOffParams{
				ID: d.ID, AccountID: id, FirstDay: d.First.Midnight(), LastDay: d.Last.Midnight(), Reason: d.Reason, Source: d.Source,
			})
			if err != nil {
				return err
			}
			added += int(n)
		}
		all, err := t.CountDaysOff(ctx, id)
		if err == nil && all > domain.MaxDaysOff {
			return domain.Errorf(domain.KindTooMany, "at most %d entries of days off are kept", domain.MaxDaysOff)
		}
		return err
	})
	return added, err
}

// RemoveDayOff removes one. KindNotFound.
func (s Hours) RemoveDayOff(ctx context.Context, id domain.AccountID, day domain.DayOffID) error {
	n, err := s.db.queries().DeleteDayOff(ctx, id, day)
	return failed("remove a day off", found(n, err, "there is no such day off"))
}

// RemoveImported removes all that came from calendars.
func (s Hours) RemoveImported(ctx context.Context, id domain.AccountID) error {
	_, err := s.db.queries().DeleteImportedDaysOff(ctx, id)
	return failed("remove imported days off", err)
}

func toHours(r sqlc.HoursOfRow) domain.Hours {
	if !r.Said {
		return domain.DefaultHours(r.TimeZone)
	}
	return domain.Hours{
		TimeZone: r.TimeZone, Days: each(r.Days, func(d int) time.Weekday { return time.Weekday(d) }),
		From: domain.ClockTime(r.WorkFrom), To: domain.ClockTime(r.WorkTo), CoreFrom: domain.ClockTime(r.CoreFrom), CoreTo: domain.ClockTime(r.CoreTo),
		QuietFrom: domain.ClockTime(r.QuietFrom), QuietTo: domain.ClockTime(r.QuietTo),
	}
}

func toDayOff(d sqlc.DayOff) domain.DayOff {
	return domain.DayOff{ID: d.ID, First: domain.DateOf(d.FirstDay), Last: domain.DateOf(d.LastDay), Reason: d.Reason, Source: d.Source}
}
