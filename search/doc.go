// Package search holds what finding moments needs besides the database: what a
// query may contain, how a transcript is cut into passages, how a snippet
// becomes safe HTML, and how a page of results says where the next one goes on.
// The SQL is in package postgres.
package search
