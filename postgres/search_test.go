package postgres_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"baton/domain"
	"baton/postgres"
	"baton/postgres/postgrestest"
)

func TestSearchUnderstandsWhatPeopleType(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	id := b.recorded(t, v, "Release notes", domain.VisibleWorkspace, 20)
	b.transcribed(
		t, id,
		"We deployed the new database yesterday evening",                    // 0
		"and the café around the corner was closed",                         // 2000
		"so everybody walked to the harbour instead",                        // 4000
		"the connection pool was far too small",                             // 6000
		"our customers noticed it within a minute",                          // 8000: in two passages
		"don't restart the replication before lunch",                        // 10000
		"Überraschung kam aus дома и привет",                                // 12000
		"next week we talk about well-known problems",                       // 14000
		"node.js, the frontend/backend split, Vec<Token> and mail@firm.org", // 16000
	)
	tests := map[string]string{
		"deployed":              "speech 0 We <mark>deployed</mark> the new database yesterday evening",
		"deploying":             "speech 0 We <mark>deployed</mark> the new database yesterday evening",
		"connectio":             "speech 6000 the <mark>connection</mark> pool was far too small",
		"connecton":             "speech 6000 the <mark>connection</mark> pool was far too small",
		"custoemrs":             "speech 8000 our <mark>customers</mark> noticed it within a minute",
		"customers":             "speech 8000 our <mark>customers</mark> noticed it within a minute",
		"cafe":                  "speech 2000 and the <mark>café</mark> around the corner was closed",
		"CAFÉ ":                 "speech 2000 and the <mark>café</mark> around the corner was closed",
		"pool small":            "speech 6000 the <mark>connection</mark>",
		`"connection pool"`:     "speech 6000 the <mark>connection</mark> <mark>pool</mark> was far too small",
		`"pool connection"`:     "",
		"“connection pool”":     "speech 6000 the <mark>connection</mark> <mark>pool</mark> was far too small",
		"harbour -database":     "",
		"harbour -lunch":        "speech 4000 so everybody walked to the <mark>harbour</mark> instead",
		"harbour or lunch":      "speech 10000 don&#39;t restart the replication before <mark>lunch</mark>",
		"replication don't":     "speech 10000 ",
		"uberraschung":          "speech 12000 <mark>Überraschung</mark> kam",
		"привет":                "speech 12000 ",
		"приве":                 "speech 12000 ",
		"known":                 "speech 14000 ",
		"node.js":               "speech 16000 <mark>node</mark>.<mark>js</mark>",
		"backend":               "speech 16000 node.js, the frontend/<mark>backend</mark> split, Vec&lt;Token&gt;",
		"token":                 "Vec&lt;<mark>Token</mark>&gt; and",
		"firm.org":              "mail@<mark>firm</mark>.<mark>org</mark>",
		`"node.js"`:             "speech 16000 <mark>node</mark>.<mark>js</mark>",
		"release":               "title 0 <mark>Release</mark> notes",
		"nothinglikethisatall":  "",
		"the":                   "", // a stop word
		"":                      "",
		strings.Repeat("!", 99): "",
	}
	for text, want := range tests {
		got := b.find(t, v, text)
		if want == "" && got != "" || text == "pool small" && !strings.HasPrefix(got, "speech 6000 ") || text != "pool small" && !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if want != "" && text != "harbour or lunch" && strings.Count(got, "|") != 0 {
			t.Errorf("%q: found more than once: %q", text, got)
		}
	}
}

func TestSearchEscapesWhatItFinds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	id := b.clip(t, v, `<script>alert("hello")</script> & more`, domain.VisibleWorkspace)
	equal(t, "title", b.find(t, v, "hello"), "title 0 &lt;script&gt;alert(&#34;<mark>hello</mark>&#34;)&lt;/script&gt; &amp; more")
	_, err := b.Comments.Create(t.Context(), domain.Comment{ClipID: id, Author: domain.Account{ID: v.AccountID}, AtMS: 3000, EndMS: 4000, Body: strings.Repeat("far away ", 100) + "\uE000 <b>needle</b> \uE001" + strings.Repeat(" and further", 100)})
	ok(t, err)
	got := b.find(t, v, "needle")
	if !strings.Contains(got, "&lt;b&gt;<mark>needle</mark>&lt;/b&gt;") || utf8.RuneCountInString(got) > 500 {
		t.Fatalf("%q", got)
	}
}

func TestSearchRanksTitlesBeforeSpeechAndFilters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	friend := b.joins(t, v, domain.RoleMember)
	id := b.recorded(t, v, "About budgets", domain.VisibleWorkspace, 3)
	b.transcribed(t, id, "we spend the budget on people")
	ok(t, b.Transcripts.SetChapters(t.Context(), id, []domain.Chapter{{StartMS: 0, EndMS: 6000, Title: "The budget"}}))
	_, err := b.Comments.Create(t.Context(), domain.Comment{ClipID: id, Author: domain.Account{ID: friend.AccountID}, AtMS: 1000, Body: "which budget is it"})
	ok(t, err)
	var sources []string
	moments, err := b.Search.Search(t.Context(), v, domain.SearchQuery{Text: "budget", Limit: 10})
	ok(t, err)
	for _, m := range moments {
		sources = append(sources, string(m.Source))
		equal(t, "card", fmt.Sprintf("%s, %s, %d, %t", m.Title, m.OwnerName, m.ClipDurationMS, m.HasPoster), "About budgets, team owner, 6000, false")
	}
	equal(t, "order", strings.Join(sources, " "), "title chapter speech comment")

	space := domain.Space{ID: domain.NewID[domain.SpaceID](), WorkspaceID: v.WorkspaceID, Name: "Space"}
	ok(t, b.Spaces.Create(t.Context(), space))
	second := b.clip(t, friend, "budget of a friend", domain.VisibleWorkspace)
	ok(t, b.Clips.Update(t.Context(), second, domain.ClipPatch{SpaceID: &space.ID}))
	for _, q := range []domain.SearchQuery{{OwnerID: friend.AccountID}, {SpaceID: space.ID}, {SpaceID: space.ID, OwnerID: friend.AccountID}} {
		q.Text, q.Limit = "budget", 10
		moments, err := b.Search.Search(t.Context(), v, q)
		ok(t, err)
		if len(moments) != 1 || moments[0].ClipID != second {
			t.Errorf("%+v: %v", q, moments)
		}
	}
	moments, err = b.Search.Search(t.Context(), v, domain.SearchQuery{Text: "budget", Limit: 10, SpaceID: space.ID, OwnerID: v.AccountID})
	ok(t, err)
	equal(t, "none", len(moments), 0)
}

func TestPagesOfSearchFitTogether(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.team(t, "team")
	for i := range 4 {
		id := b.recorded(t, v, "", domain.VisibleWorkspace, 30)
		var lines []string
		for n := range 25 {
			lines = append(lines, fmt.Sprintf("needle number %d of clip %d", n, i))
		}
		b.transcribed(t, id, lines...)
	}
	all, err := b.Search.Search(t.Context(), v, domain.SearchQuery{Text: "needle", Limit: 100})
	ok(t, err)
	if len(all) < 20 {
		t.Fatalf("%d moments", len(all))
	}
	seen := map[string]bool{}
	var paged []domain.Moment
	for q := (domain.SearchQuery{Text: "needle", Limit: 3}); ; {
		page, err := b.Search.Search(t.Context(), v, q)
		ok(t, err)
		for _, m := range page {
			at := fmt.Sprint(m.ClipID, m.StartMS)
			if seen[at] {
				t.Errorf("%s twice", at)
			}
			seen[at] = true
		}
		paged = append(paged, page...)
		if len(page) < q.Limit {
			break
		}
		q.After = page[len(page)-1].Cursor
	}
	equal(t, "moments", len(paged), len(all))
	for i := range all {
		equal(t, "moment", paged[i], all[i])
	}
	_, err = b.Search.Search(t.Context(), v, domain.SearchQuery{Text: "needle", After: "forged"})
	wantKind(t, err, domain.KindInvalid)
}

func FuzzSearch(f *testing.F) {
	for _, s := range []string{
		"", "'", "''", `"`, `"a" -`, "- -- ---", "a or", " or ", "a or b -c", "-a", "!&|()<->:*", `\`, `a\`, "a:*", "<0>", "'a'", "日本語 テスト",
		"don't -won't", "\u00a0", strings.Repeat("x", 5000), strings.Repeat("'-", 300), strings.Repeat("!?", 150), "%_%", "a\x00b", "\xff\xfe", "ﬁ ß İ ǆ", "\U0010ffff",
		"http://example.com/?a=1&b=2 foo@example.com -12.5e3 /etc/passwd", "x'); drop table clip; --",
	} {
		f.Add(s)
	}
	db := postgres.New(postgrestest.New(f), queue{})
	b := bundle{DB: db}
	v := b.team(f, "team")
	b.clip(f, v, "don't don't-stop x'y ab\\cd 'quoted' ﬁne ß \U0010ffff &<>|!:* http://example.com/?a=1&b=2", domain.VisibleWorkspace)
	f.Fuzz(func(t *testing.T, text string) {
		moments, err := b.Search.Search(t.Context(), v, domain.SearchQuery{Text: text, Limit: 5})
		ok(t, err)
		for _, m := range moments {
			if strings.Count(m.Snippet, "<mark>") != strings.Count(m.Snippet, "</mark>") {
				t.Fatalf("%q: %q", text, m.Snippet)
			}
		}
	})
}
