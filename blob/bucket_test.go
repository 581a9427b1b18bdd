package blob_test

import (
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"baton/blob"
	"baton/blob/blobtest"
	"baton/domain"
)

func TestMain(m *testing.M) {
	blobtest.Child()
	goleak.VerifyTestMain(m)
}

func TestEmbeddedServer(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(t *testing.T) *blob.Bucket { t.Helper(); return blobtest.New(t) })
}

// TestForeignServer runs against any S3 that BATON_TEST_S3_ENDPOINT names.
func TestForeignServer(t *testing.T) {
	t.Parallel()
	setting := func(name string) string { return os.Getenv("BATON_TEST_S3_" + name) } //nolint:forbidigo // a setting of tests only
	endpoint := setting("ENDPOINT")
	if endpoint == "" {
		return // the embedded server has shown what there is to show
	}
	blobtest.Run(t, func(t *testing.T) *blob.Bucket {
		t.Helper()
		b, err := blob.Open(t.Context(), blob.Config{
			Endpoint: endpoint, Region: setting("REGION"),
			Name:            "baton-test-" + strings.ToLower(rand.Text()),
			AccessKeyID:     setting("ACCESS_KEY_ID"),
			SecretAccessKey: setting("SECRET_ACCESS_KEY"),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(b.Close)
		if err := b.Ensure(t.Context()); err != nil {
			t.Fatal(err)
		}
		return b
	})
}

func TestAStoreThatIsAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]blob.Config{
		"nobody listens": {Endpoint: "http://127.0.0.1:1", Name: "b", AccessKeyID: "a", SecretAccessKey: "s"},
		"no socket":      {Endpoint: "unix:@baton-nobody", Name: "b", AccessKeyID: "a", SecretAccessKey: "s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := blob.Open(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			began := time.Now()
			if err := b.Put(t.Context(), "k", "text/plain", []byte("x")); domain.KindOf(err) != domain.KindUnavailable {
				t.Fatalf("error %v", err)
			}
			if d := time.Since(began); d > 10*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

func TestWrongCredentialsAreUnavailable(t *testing.T) {
	t.Parallel()
	cfg := blobtest.Config(blobtest.Start(t, t.TempDir()))
	cfg.SecretAccessKey = "not the secret"
	b, err := blob.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Put(t.Context(), "k", "text/plain", nil); domain.KindOf(err) != domain.KindUnavailable {
		t.Fatalf("error %v", err)
	}
}
