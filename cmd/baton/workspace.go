package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"baton/config"
	"baton/domain"
	"baton/internal/password"
)

type workspaceCmd struct {
	Add workspaceAddCmd `cmd:"" help:"Make a further workspace; nothing is shared between workspaces but the server and people's accounts."`
}

type workspaceAddCmd struct {
	config.DataFlags `embed:""`

	Workspace     string `arg:"" name:"name" help:"Name of the workspace."`
	Email         string `required:"" help:"E-mail address of its owner; who has an account keeps it."`
	Name          string `help:"Name of its owner, who has no account yet."`
	PasswordStdin bool   `help:"Read the password of an owner without an account from standard input; else one is made and printed."`
}

// Run implements the workspace add command.
func (c workspaceAddCmd) Run(ctx context.Context, io streams) (err error) {
	name, err := nameOf(c.Workspace)
	if err != nil {
		return err
	}
	email, err := domain.NormaliseEmail(c.Email)
	if err != nil {
		return err //nolint:wrapcheck // says all
	}
	db, err := commandDatabase(ctx, c.DataFlags, io)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	w := domain.Workspace{ID: domain.NewID[domain.WorkspaceID](), Name: name}
	err = db.stores.Workspaces.CreateFor(ctx, w, email)
	if err == nil {
		fmt.Fprintf(io.out, "made %s; %s owns it\n", name, email)
		return nil
	} else if domain.KindOf(err) != domain.KindNotFound {
		return err //nolint:wrapcheck // says all
	}
	owner, secret, made, err := c.owner(ctx, email, io)
	if err != nil {
		return err
	}
	if err := db.stores.Workspaces.CreateFurther(ctx, w, owner); err != nil {
		return err //nolint:wrapcheck // says all
	}
	fmt.Fprintf(io.out, "made %s; %s owns it\n", name, email)
	if made {
		fmt.Fprintf(io.out, "password: %s\n", secret)
	}
	return nil
}

// owner is somebody without an account; made tells whether the password was made here.
func (c workspaceAddCmd) owner(ctx context.Context, email string, io streams) (a domain.Account, secret string, made bool, err error) {
	name, err := nameOf(c.Name)
	if err != nil {
		return a, "", false, domain.Errorf(domain.KindInvalid, "%s has no account: say --name, too", email)
	}
	if secret, made, err = newPassword(c.PasswordStdin, io.in); err != nil {
		return a, "", false, err
	}
	hash, err := password.New(1).Hash(ctx, secret)
	if err != nil {
		return a, "", false, fmt.Errorf("hash password: %w", err)
	}
	return domain.Account{ID: domain.NewID[domain.AccountID](), Email: email, Name: name, TimeZone: "UTC", PasswordHash: hash}, secret, made, nil
}

// nameOf trims a name, which is one line of at most 80 characters and not empty.
func nameOf(s string) (string, error) {
	s = strings.TrimSpace(s)
	if n := utf8.RuneCountInString(s); n == 0 || n > 80 || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return "", domain.Errorf(domain.KindInvalid, "a name has to be a line of 1 to 80 characters")
	}
	return s, nil
}
