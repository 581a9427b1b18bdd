package rounds_test

import (
	"testing"

	"baton/domain"
	"baton/rounds"
)

// TestWhatIsTheSameTrouble: the same in other words is, what only sounds like it is not. The second half are the mistakes that would hide a trouble
// behind another.
func TestWhatIsTheSameTrouble(t *testing.T) {
	t.Parallel()
	for _, same := range [][2]string{
		{"Waiting for the key of the store", "Still waiting for the store key."},
		{"Waiting for the key of the store", "The store's key has not come yet, 3 days now"},
		{"No access to staging", "I still don’t have access to the staging server."},
		{"No access to staging", "staging access is still missing"},
		{"I'm waiting for legal to sign the contract", "Legal has not signed the contract with Acme"},
		{"Blocked on the review of PR 123", "PR 123 still needs a review"},
		{"The importer hangs on large files", "large files still make the importer hang"},
		{"Waiting for access", "Still no access"},
		{"Waiting for design", "still waiting on the designs since Monday"},
		{"The certificate of the gateway has expired", "Gateway certifcate still expired"},
		{"No blocker but the licence for the fonts", "Licences for the fonts are still missing"},
		{"Der Schlüssel fehlt noch", "der Schlüssel fehlt"},
	} {
		if a, b := rounds.Alike(same[0], same[1]), rounds.Alike(same[1], same[0]); a < 0.6 || a != b {
			t.Errorf("%q and %q: %.2f, %.2f", same[0], same[1], a, b)
		}
	}
	for _, other := range [][2]string{
		{"Waiting for the key of the store", "Waiting for the key of the staging database"},
		{"No access to staging", "No access to production"},
		{"No access to staging", "Access to staging works again"},
		{"No access to staging", "I have got access to staging now"},
		{"Blocked on the review of PR 123", "Blocked on the review of PR 124"},
		{"Waiting for Mira's review of the importer", "Waiting for Ben's review of the importer"},
		{"The build of the importer is red", "The build of the exporter is red"},
		{"iOS build is broken", "Android build is broken"},
		{"Waiting for design", "Waiting for the design of the login page"},
		{"Waiting for access", "No access to staging"},
		{"Waiting for legal to sign the contract with Acme", "Waiting for legal to sign off the new terms"},
		{"Need a decision about the queue", "Need a decision about the cache"},
		{"The test of the recorder is flaky", "The test of the player is flaky"},
		{"Q3 numbers are missing", "Q4 numbers are missing"},
		{"Still stuck", "Still blocked"},
		{"I am waiting", "Nobody answers"},
		{"My laptop is broken", "The coffee machine is broken"},
		{"Waiting for the vendor's answer about prices", "Waiting for the customer's answer about prices"},
	} {
		if a := rounds.Alike(other[0], other[1]); a >= 0.6 {
			t.Errorf("%q and %q: %.2f", other[0], other[1], a)
		}
	}
}

func TestAgainTakesTheMostAlike(t *testing.T) {
	t.Parallel()
	open := []domain.Blocker{{ID: "1", Body: "Waiting for the key of the staging store"}, {ID: "2", Body: "Waiting for the key of the store"}, {ID: "3", Body: "store key"}}
	if b, found := rounds.Again("still no store key", open); !found || b.ID != "2" {
		t.Errorf("%+v", b)
	}
	if b, found := rounds.Again("No desk", open); found {
		t.Errorf("%+v", b)
	}
}

func FuzzAlike(f *testing.F) {
	f.Add("No key", "Still no key")
	f.Fuzz(func(t *testing.T, a, b string) {
		if got := rounds.Alike(a, b); got < 0 || got > 1 || got != rounds.Alike(b, a) {
			t.Errorf("%q, %q: %f, %f", a, b, got, rounds.Alike(b, a))
		}
	})
}
