package api

import "time"

// What tests compare with the document.
var (
	Open     = open
	Document = document
)

const RenewEvery = renewEvery

// Network and FileNumber are pure.
var (
	Network    = network
	FileNumber = fileNumber
)

// Guesses with a clock of the test's own.
type Guesses struct{ g *guesses }

func NewGuesses(now func() time.Time) Guesses { return Guesses{newGuesses(now)} }

func (g Guesses) Try(address, email string) error { return g.g.try(address, email) }
func (g Guesses) Right(email string)              { g.g.right(email) }
func (g Guesses) Remembered() int                 { return g.g.byAddress.order.Len() }

// Events lets tests stand between the server and its events.
type Events = events

// SetPace makes streams of events do sooner what they do seldom.
func SetPace(s *Server, heartbeat, recheck time.Duration) {
	s.handlers.pace = pace{heartbeat: heartbeat, recheck: recheck}
}

// Routes lists what is served, as openapi.yaml writes it.
func Routes(s *Server) (out []string) {
	for _, r := range s.echo.Routes() {
		out = append(out, r.Method+" "+openapiPath(r.Path))
	}
	return out
}

// ForAnswer lists what a sign-in by a link in a mail may do.
var ForAnswer = forAnswer
