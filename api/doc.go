// Package api is the HTTP server: openapi.yaml is its source of truth, package gen
// is generated from it, and one file a noun holds its handlers. Every route
// passes the same chain: who is it (credential.go), may strangers come here
// (access.go), is the request as the document says (validate.go).
package api
