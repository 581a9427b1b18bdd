package models_test

import (
	"path/filepath"
	"testing"

	"baton/transcribe/models"
	"baton/transcribe/transcribetest"
)

func TestInstalledModelIsWhole(t *testing.T) {
	t.Parallel()
	dir := filepath.Dir(transcribetest.Models(t).Runtime)
	if err := models.Check(dir, models.Base); err != nil {
		t.Error(err)
	}
	if err := models.Install(t.Context(), dir, "nowhere", models.Base); err != nil {
		t.Errorf("all is there, yet %v", err)
	}
}
