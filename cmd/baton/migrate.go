package main

import (
	"context"
	"fmt"

	"baton/config"
)

type migrateCmd struct {
	config.DataFlags `embed:""`
}

// Run implements the migrate command: opening the database is migrating it.
func (c migrateCmd) Run(ctx context.Context, io streams) error {
	db, err := commandDatabase(ctx, c.DataFlags, io)
	if err != nil {
		return err
	}
	fmt.Fprintln(io.out, "the schema is up to date")
	return db.close()
}
