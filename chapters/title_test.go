package chapters_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"baton/chapters"
	"baton/domain"
)

// titles that a person would give to what was said.
var titles = []struct{ said, want string }{
	// Stand-ups.
	{"Today I am moving transcript search over to the new index.", "Moving transcript search to the new index"},
	{"Yesterday I fixed the login redirect bug.", "Fixed the login redirect bug"},
	{"Okay so yesterday I finished the upload page and started on resumable uploads.", "Finished the upload page"},
	{"Yesterday I worked on the billing export.", "Billing export"},
	{"I'm still blocked on the review of the migration.", "Blocked on the review of the migration"},
	{"I'm blocked by the staging database being down.", "Blocked by the staging database being down"},
	{"No blockers on my side.", "No blockers on my side"},
	{"I've been working on getting action events from the accessibility API.", "Getting action events from the accessibility API"},
	{"So, um, I spent most of the day debugging the flaky browser tests.", "Debugging the flaky browser tests"},
	{"We shipped the new onboarding flow to ten percent of users.", "Shipped the new onboarding flow"},
	{"I'm going to write the release notes this afternoon.", "Write the release notes"},
	{"Next I will pick up the caching ticket.", "Pick up the caching ticket"},
	{"I also reviewed two pull requests from Jonas.", "Reviewed two pull requests from Jonas"},
	{"I need to clean up how we return these IDs.", "Clean up how we return these IDs"},
	{"I'm waiting for design feedback on the settings page.", "Waiting for design feedback on the settings page"},
	{"Hi everyone, this is Maya and today I want to talk about the deployment pipeline.", "Deployment pipeline"},
	{"My update for this week is mostly about search performance.", "Search performance"},
	{"I paired with Simon on the data channel reconnect.", "Paired with Simon on the data channel reconnect"},
	{"We decided to drop support for Internet Explorer.", "Drop support for Internet Explorer"},
	{"I was able to reproduce the crash on Windows.", "Reproduce the crash on Windows"},
	{"I think we should postpone the launch until Monday.", "Postpone the launch until Monday"},
	{"I have a question about the retention policy.", "Question about the retention policy"},
	// Demos.
	{"Let me show you the new recorder.", "New recorder"},
	{"Let's take a quick look at the settings page.", "Settings page"},
	{"Okay, so now let's go over to the admin dashboard.", "Admin dashboard"},
	{"Here you can see the list of all recordings.", "List of all recordings"},
	{"As you can see here, the comments show up on the timeline.", "Comments show up on the timeline"},
	{"If you click on share, you get a link that anyone can open.", "Click on share"},
	{"I'm going to quickly demo how comments work.", "How comments work"},
	{"So the next thing I want to show you is keyboard shortcuts.", "Keyboard shortcuts"},
	{"Another neat thing that was added last week is favorites.", "Favorites"},
	{"And the last thing is dark mode.", "Dark mode"},
	{"Moving on to the mobile app.", "Mobile app"},
	{"First of all, we have the new navigation on the left.", "New navigation on the left"},
	{"This is the chapters overlay.", "Chapters overlay"},
	{"There's a new button at the top of the replay timeline.", "New button at the top of the replay timeline"},
	{"What I did was replace the polling loop with server-sent events.", "Replace the polling loop with server-sent events"},
	{"You can also export the transcript as a PDF.", "Export the transcript as a PDF"},
	{"It also works offline now.", "Works offline"},
	{"Finally, I'd like to show how to invite a teammate.", "How to invite a teammate"},
	{"Now I'm going to switch over to VS Code.", "VS Code"},
	{"Let's jump into the code that handles uploads.", "Code that handles uploads"},
	{"I'm sharing my screen with the Grafana dashboard for ingest.", "Grafana dashboard for ingest"},
	// Design walk-throughs.
	{"The next piece of this is the abstraction for active window highlighting.", "Abstraction for active window highlighting"},
	{"So the way this works is that the browser sends numbered chunks to the server.", "Browser sends numbered chunks to the server"},
	{"The big change here is that playlists are no longer stored.", "Playlists are no longer stored"},
	{"The problem with the old design was that every viewer polled the database.", "Problem with the old design"},
	{"We store the favorite flag in the user workspaces table.", "Storing the favorite flag in the user workspaces table"},
	{"The worker picks up the job and retries it with exponential backoff.", "Worker picks up the job"},
	{"One trade-off we made is eventual consistency in the search index.", "Eventual consistency in the search index"},
	{"Let's talk about how permissions are checked.", "How permissions are checked"},
	{"Basically, we're using one PostgreSQL database for everything, because it keeps the setup simple.", "Using one PostgreSQL database for everything"},
	{"The main goal is to reduce the time from stop to playable.", "Reduce the time from stop to playable"},
	{"An open question is whether we keep the old endpoint.", "Whether we keep the old endpoint"},
	{"In terms of security, every route goes through the same gate.", "Security"},
	{"We don't want to encode the video twice.", "Not encoding the video twice"},
	{"Why did we choose WebRTC data channels?", "Why did we choose WebRTC data channels"},
	{"I want to walk you through the architecture of the ingest service, which is written in Go.", "Architecture of the ingest service"},
	{"So that leaves the question of pricing.", "Question of pricing"},
	{"iOS support is coming in March.", "iOS support is coming in March"},
	{"The API returns a 409 when the clip is still recording, so the client has to retry.", "API returns a 409 when the clip is still recording"},
}

func TestTitlesReadLikeAPersonWroteThem(t *testing.T) {
	t.Parallel()
	for _, c := range titles {
		got := chapters.Find(chapters.Input{Cues: []domain.Cue{{EndMS: 6000, Text: c.said}}})
		if got[0].Title != c.want {
			t.Errorf("%q\n  got  %q\n  want %q", c.said, got[0].Title, c.want)
		}
		if n := utf8.RuneCountInString(got[0].Title); n > 54 || strings.ContainsAny(got[0].Title[len(got[0].Title)-1:], ".,;:!?") {
			t.Errorf("%q is no title", got[0].Title)
		}
	}
}

// TestChaptersOfWholeClips reads clips of which each "# " line gives a chapter's title before its lines.
func TestChaptersOfWholeClips(t *testing.T) {
	t.Parallel()
	all, err := os.ReadFile("testdata/clips.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, clip := range strings.Split(string(all), "## ")[1:] {
		name, text, _ := strings.Cut(clip, "\n")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, want := spoken(text)
			var got []string
			for _, c := range chapters.Find(in) {
				got = append(got, fmt.Sprintf("%d %s", c.StartMS/1000, c.Title))
			}
			if !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// spoken times the lines of a clip at 160 words a minute, and gives the chapters that are wanted.
func spoken(text string) (in chapters.Input, want []string) {
	at := int64(0)
	for line := range strings.Lines(strings.TrimSpace(text)) {
		line = strings.TrimSpace(line)
		if title, marked := strings.CutPrefix(line, "# "); marked {
			want = append(want, fmt.Sprintf("%d %s", at/1000, title))
			continue
		}
		length := int64(len(strings.Fields(line)))*375 + 300
		in.Cues = append(in.Cues, domain.Cue{StartMS: at, EndMS: at + length, Text: line})
		at += length + 350
	}
	return in, want
}

func TestACueOfSeveralSentencesCanBeCut(t *testing.T) {
	t.Parallel()
	text := "Yesterday I finished the upload page and fixed the poster. Today I am moving search over to the new index. I'm blocked on the review of the migration."
	in := chapters.Input{DurationMS: 30_000, Cues: []domain.Cue{{EndMS: 30_000, Text: text}}}
	for i, w := range strings.Fields(text) {
		in.Cues[0].Words = append(in.Cues[0].Words, domain.Word{StartMS: int64(i) * 1000, EndMS: int64(i)*1000 + 900, Text: w})
	}
	var got []string
	for _, c := range chapters.Find(in) {
		got = append(got, fmt.Sprintf("%d %s", c.StartMS, c.Title))
	}
	if want := []string{"0 Yesterday", "10000 Today", "20000 Blockers"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
