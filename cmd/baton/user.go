package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"baton/config"
	"baton/domain"
	"baton/internal/password"
)

type userCmd struct {
	Add      userAddCmd      `cmd:"" help:"Add a person; the first one makes the workspace, and has to be its owner."`
	Password userPasswordCmd `cmd:"" help:"Give a person a new password, who has forgotten theirs; all their browsers are signed out."`
}

type userAddCmd struct {
	config.DataFlags `embed:""`

	Email         string `required:"" help:"E-mail address."`
	Name          string `required:"" help:"Name."`
	Role          string `default:"member" help:"owner, admin, member or guest."`
	Workspace     string `default:"Workspace" help:"Name of the workspace when this is its first person."`
	PasswordStdin bool   `help:"Read the password from standard input; else one is made and printed."`
}

// Run implements the user add command.
func (c userAddCmd) Run(ctx context.Context, io streams) (err error) {
	role, err := domain.ParseRole(c.Role)
	if err != nil {
		return err //nolint:wrapcheck // says all
	}
	email, err := domain.NormaliseEmail(c.Email)
	if err != nil {
		return err //nolint:wrapcheck // says all
	}
	secret, hash, made, err := hashedPassword(ctx, c.PasswordStdin, io.in)
	if err != nil {
		return err
	}
	db, err := commandDatabase(ctx, c.DataFlags, io)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	account := domain.Account{ID: domain.NewID[domain.AccountID](), Email: email, Name: strings.TrimSpace(c.Name), TimeZone: "UTC", PasswordHash: hash}
	m, err := db.stores.Members.Add(ctx, c.Workspace, account, role)
	if err != nil {
		return err //nolint:wrapcheck // says all
	}
	fmt.Fprintf(io.out, "added %s as %s\n", email, m.Role)
	if made {
		fmt.Fprintf(io.out, "password: %s\n", secret)
	}
	return nil
}

type userPasswordCmd struct {
	config.DataFlags `embed:""`

	Email         string `required:"" help:"Whose password."`
	PasswordStdin bool   `help:"Read the password from standard input; else one is made and printed."`
}

// Run implements the user password command.
func (c userPasswordCmd) Run(ctx context.Context, io streams) (err error) {
	email, err := domain.NormaliseEmail(c.Email)
	if err != nil {
		return err //nolint:wrapcheck // says all
	}
	secret, hash, made, err := hashedPassword(ctx, c.PasswordStdin, io.in)
	if err != nil {
		return err
	}
	db, err := commandDatabase(ctx, c.DataFlags, io)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	account, err := db.stores.Accounts.ByEmail(ctx, email)
	if err != nil {
		return err //nolint:wrapcheck // says all
	}
	if err := db.stores.Accounts.SetPassword(ctx, account.ID, hash, ""); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	fmt.Fprintf(io.out, "%s has a new password and is signed out everywhere\n", email)
	if made {
		fmt.Fprintf(io.out, "password: %s\n", secret)
	}
	return nil
}

// hashedPassword reads or makes a password, and hashes it.
func hashedPassword(ctx context.Context, stdin bool, in io.Reader) (secret, hash string, made bool, err error) {
	if secret, made, err = newPassword(stdin, in); err != nil {
		return "", "", false, err
	}
	if hash, err = password.New(1).Hash(ctx, secret); err != nil {
		return "", "", false, fmt.Errorf("hash password: %w", err)
	}
	return secret, hash, made, nil
}

// newPassword reads one from standard input, or makes one.
func newPassword(stdin bool, in io.Reader) (secret string, made bool, err error) {
	if !stdin {
		return strings.ToLower(rand.Text()[:16]), true, nil
	}
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && line == "" {
		return "", false, domain.Errorf(domain.KindInvalid, "no password on standard input")
	}
	secret = strings.TrimRight(line, "\r\n")
	return secret, false, domain.CheckPassword(secret) //nolint:wrapcheck // says all
}

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make a bearer token; prints it on standard output, once."`
}

type tokenCreateCmd struct {
	config.DataFlags `embed:""`

	Email string `required:"" help:"Whose token."`
	Name  string `default:"command line" help:"What it is for."`
}

// Run implements the token create command.
func (c tokenCreateCmd) Run(ctx context.Context, io streams) (err error) {
	db, err := commandDatabase(ctx, c.DataFlags, io)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	email, err := domain.NormaliseEmail(c.Email)
	if err != nil {
		return err //nolint:wrapcheck // says all
	}
	account, err := db.stores.Accounts.ByEmail(ctx, email)
	if err != nil {
		return err //nolint:wrapcheck // says all
	}
	places, err := db.stores.Members.OfAccount(ctx, account.ID)
	if err != nil {
		return fmt.Errorf("read memberships: %w", err)
	}
	if len(places) == 0 {
		return domain.Errorf(domain.KindNotFound, "%s is in no workspace", email)
	}
	secret, hash := newToken()
	t := domain.APIToken{ID: domain.NewID[domain.TokenID](), AccountID: account.ID, WorkspaceID: places[0].WorkspaceID, Name: c.Name}
	if err := db.stores.Tokens.Create(ctx, t, hash); err != nil {
		return fmt.Errorf("store token: %w", err)
	}
	fmt.Fprintln(io.out, secret)
	return nil
}

// newToken makes a bearer token as api does: the prefix lets secret scanners find it, and only its hash is stored.
func newToken() (secret string, hash []byte) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	secret = "bat_" + base64.RawURLEncoding.EncodeToString(b)
	sum := sha256.Sum256([]byte(secret))
	return secret, sum[:]
}
