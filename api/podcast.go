package api

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"baton/api/gen"
	"baton/domain"
	"baton/rounds/reel"
)

// podcasts keeps private feeds.
type podcasts interface {
	// Put makes a person's feed, or gives it another secret, of which the SHA-256 is kept.
	Put(ctx context.Context, v domain.Viewer, secretHash []byte) error
	// Get reads one. KindNotFound.
	Get(ctx context.Context, v domain.Viewer) (domain.Podcast, error)
	// BySecret finds whose feed a secret is of. KindNotFound, also when they left the workspace.
	BySecret(ctx context.Context, secretHash []byte) (domain.Viewer, error)
	// State names what the feed is planned from: while it stays, so does the feed. KindNotFound.
	State(ctx context.Context, v domain.Viewer) (string, error)
	// SetNotesHeard says whether what is fetched to its end is noted as heard. KindNotFound.
	SetNotesHeard(ctx context.Context, v domain.Viewer, on bool) error
	// Fetched notes which bytes of a sound were fetched, and tells whether that are all; false where it is not to be noted what was heard.
	Fetched(ctx context.Context, v domain.Viewer, sound domain.Sound, from, to int64) (whole bool, err error)
	// Delete ends one. KindNotFound.
	Delete(ctx context.Context, v domain.Viewer) error
	// Sounds reads the files of those clips that have one, QueueSounds has those of others made.
	Sounds(ctx context.Context, clips []domain.ClipID) (map[domain.ClipID]domain.Sound, error)
	QueueSounds(ctx context.Context, clips []domain.ClipID) error
}

const (
	// mostEpisodes of a feed: what nobody hears in two weeks of commuting.
	mostEpisodes = 50
	itunesSpace  = "http://www.itunes.com/dtds/podcast-1.0.dtd"
	feedType     = "application/rss+xml; charset=utf-8"
	noFeed       = "there is no such feed (any more)"
)

// registerPodcast adds what podcast programs fetch.
func (h *handlers) registerPodcast(r gen.EchoRouter) {
	r.GET("/api/v1/podcast/:feed", h.getPodcastFeed)
	r.GET("/api/v1/podcast/:feed/:episode", h.getPodcastEpisode)
}

func (h *handlers) GetPodcast(ctx context.Context, _ gen.GetPodcastRequestObject) (gen.GetPodcastResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	p, err := h.Podcasts.Get(ctx, who.Viewer)
	if domain.KindOf(err) == domain.KindNotFound {
		return gen.GetPodcast200JSONResponse{}, nil
	} else if err != nil {
		return nil, fmt.Errorf("read feed: %w", err)
	}
	return gen.GetPodcast200JSONResponse(podcastOf(p)), nil
}

// CreatePodcast wants a sign-in, as CreateToken does. The sound of what is new is made at once, so that the first fetch finds it.
func (h *handlers) CreatePodcast(ctx context.Context, _ gen.CreatePodcastRequestObject) (gen.CreatePodcastResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	if who.token != "" {
		return nil, domain.Errorf(domain.KindForbidden, "a feed's address is made by people who are signed in, not by tokens")
	}
	secret, hash := newSecret("", 32)
	if err := h.Podcasts.Put(ctx, who.Viewer, hash); err != nil {
		return nil, fmt.Errorf("keep feed: %w", err)
	}
	if _, err := h.episodes(ctx, who); err != nil {
		return nil, err
	}
	return gen.CreatePodcast201JSONResponse{Url: h.PublicURL.JoinPath("api/v1/podcast", secret+".xml").String()}, nil
}

func (h *handlers) DeletePodcast(ctx context.Context, _ gen.DeletePodcastRequestObject) (gen.DeletePodcastResponseObject, error) {
	who, err := insider(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.Podcasts.Delete(ctx, who.Viewer); err != nil && domain.KindOf(err) != domain.KindNotFound {
		return nil, fmt.Errorf("end feed: %w", err)
	}
	return gen.DeletePodcast204Response{}, nil
}

// listener lets a request in as the person whose feed has the secret, whoever else the browser says it is.
func (h *handlers) listener(c echo.Context, secret string) (caller, error) {
	v, err := h.Podcasts.BySecret(c.Request().Context(), hashSecret(secret))
	if err != nil {
		return caller{}, named(err, "find feed", noFeed)
	}
	who := h.stranger(c)
	who.Viewer = v
	c.SetRequest(c.Request().WithContext(withCaller(c.Request().Context(), who)))
	return insider(c.Request().Context())
}

// episode is a clip of a feed.
type episode struct {
	clip  *domain.Clip
	sound domain.Sound
	// who speaks, and why it is there, in the words of the reel.
	who string
	why []string
}

// episodes plans the person's reel and gives its clips that have their sound in one file, in the reel's order; that of others is queued, and that
// which is whole still.
func (h *handlers) episodes(ctx context.Context, who caller) ([]episode, error) {
	s := newReelSource(h, who)
	if err := s.ofMe(ctx); err != nil {
		return nil, err
	}
	if err := s.heard(ctx); err != nil {
		return nil, err
	}
	var all []episode
	var ids []domain.ClipID
	at := map[domain.ClipID]int{}
	for _, p := range reel.Make(s.items, s.known, 0, 1).Pieces {
		c := s.clips[p.ClipID]
		if c == nil || !c.HasAudio || !who.May(domain.ActionDownload, c) {
			continue
		}
		about := s.about[fmt.Sprint(p.Rank, p.Ref)]
		i, there := at[c.ID]
		if !there && len(all) == mostEpisodes {
			continue
		}
		if !there {
			i = len(all)
			at[c.ID], ids, all = i, append(ids, c.ID), append(all, episode{clip: c, who: about.Author.Name})
		}
		all[i].why = append(all[i].why, reasons[p.Rank]+about.Title)
	}
	return h.withSound(ctx, all, ids)
}

var reasons = map[reel.Rank]string{ //nolint:gochecknoglobals // a table
	reel.AskToMe: "Asked of you: ", reel.Decision: "Decided: ", reel.Blocker: "In the way: ", reel.Rest: "",
}

func (h *handlers) withSound(ctx context.Context, all []episode, ids []domain.ClipID) ([]episode, error) {
	sounds, err := h.Podcasts.Sounds(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("list sounds: %w", err)
	}
	var made []episode
	var missing []domain.ClipID
	for _, e := range all {
		e.sound = sounds[e.clip.ID]
		offered := e.clip.SoundOf(e.sound)
		if offered {
			made = append(made, e)
		}
		if !offered || e.sound.Holds == "" {
			missing = append(missing, e.clip.ID)
		}
	}
	if err := h.Podcasts.QueueSounds(ctx, missing); err != nil {
		return nil, fmt.Errorf("queue sounds: %w", err)
	}
	return made, nil
}

// The elements of RSS 2.0, with those of Apple's that programs need.
type (
	rss struct {
		XMLName xml.Name   `xml:"rss"`
		Version string     `xml:"version,attr"`
		ITunes  string     `xml:"xmlns:itunes,attr"`
		Channel rssChannel `xml:"channel"`
	}
	rssChannel struct {
		Title       string    `xml:"title"`
		Link        string    `xml:"link"`
		Description string    `xml:"description"`
		Block       string    `xml:"itunes:block"` // no directory may list it
		Author      string    `xml:"itunes:author"`
		Explicit    string    `xml:"itunes:explicit"`
		TTL         int       `xml:"ttl"` // minutes
		Items       []rssItem `xml:"item"`
	}
	rssItem struct {
		Title       string       `xml:"title"`
		Link        string       `xml:"link"`
		Description string       `xml:"description"`
		Author      string       `xml:"itunes:author"`
		GUID        rssGUID      `xml:"guid"`
		Published   string       `xml:"pubDate"`
		Duration    int64        `xml:"itunes:duration"` // seconds
		Enclosure   rssEnclosure `xml:"enclosure"`
	}
	rssGUID struct {
		PermaLink bool   `xml:"isPermaLink,attr"`
		ID        string `xml:",chardata"`
	}
	rssEnclosure struct {
		URL    string `xml:"url,attr"`
		Type   string `xml:"type,attr"`
		Length int64  `xml:"length,attr"`
	}
)

func (h *handlers) getPodcastFeed(c echo.Context) error {
	secret, isFeed := strings.CutSuffix(c.Param("feed"), ".xml")
	if !isFeed {
		return domain.Errorf(domain.KindNotFound, noFeed)
	}
	who, err := h.listener(c, secret)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	// Read before the plan is made: what changes meanwhile is planned the next time.
	state, err := h.Podcasts.State(ctx, who.Viewer)
	if err != nil {
		return named(err, "read feed's state", noFeed)
	}
	slices.Sort(who.Spaces)
	version := domain.ObjectVersion(fmt.Sprint(state, who.Role, who.Spaces))
	if holds(c.Request(), version) {
		setCaching(c, version)
		return c.NoContent(http.StatusNotModified)
	}
	all, err := h.episodes(ctx, who)
	if err != nil {
		return err
	}
	w, err := h.Workspaces.Get(ctx, who.WorkspaceID)
	if err != nil {
		return fmt.Errorf("read workspace: %w", err)
	}
	feed := rss{Version: "2.0", ITunes: itunesSpace, Channel: rssChannel{
		Title: w.Name + ": new for you", Link: h.PublicURL.JoinPath("reel").String(), Author: w.Name, Block: "Yes", Explicit: "false", TTL: 15,
		Description: "What your colleagues said and you have not heard. This feed is yours alone: do not share its address.",
	}}
	for _, e := range all {
		feed.Channel.Items = append(feed.Channel.Items, h.itemOf(e, secret))
	}
	body, err := xml.MarshalIndent(feed, "", " ")
	if err != nil {
		return fmt.Errorf("write feed: %w", err)
	}
	setCaching(c, version)
	return c.Blob(http.StatusOK, feedType, []byte(xml.Header+string(body)+"\n"))
}

// holds tells whether who asks has that version already (RFC 9110, If-None-Match).
func holds(r *http.Request, version string) bool {
	for has := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if has = strings.TrimPrefix(strings.TrimSpace(has), "W/"); has == `"`+version+`"` || has == "*" {
			return true
		}
	}
	return false
}

func (h *handlers) itemOf(e episode, secret string) rssItem {
	title := e.clip.Title
	if title == "" {
		title = "Untitled clip"
	}
	at := e.clip.ReadyAt
	if at.IsZero() {
		at = e.clip.CreatedAt
	}
	return rssItem{
		Title: e.who + ": " + title, Link: h.clipURL(e.clip.ID), Description: strings.Join(e.why, "\n"), Author: e.who,
		GUID: rssGUID{ID: string(e.clip.ID)}, Published: at.UTC().Format(time.RFC1123Z), Duration: (e.sound.DurationMS + 500) / 1000,
		Enclosure: rssEnclosure{
			URL:  h.PublicURL.JoinPath("api/v1/podcast", secret, string(e.clip.ID)+".m4a").String(),
			Type: "audio/mp4", Length: e.sound.Bytes,
		},
	}
}

// getPodcastEpisode serves a clip's sound with ranges; each request passes the gate as the feed's owner, so that it ends with their access.
func (h *handlers) getPodcastEpisode(c echo.Context) error {
	who, err := h.listener(c, c.Param("feed"))
	if err != nil {
		return err
	}
	id, isSound := strings.CutSuffix(c.Param("episode"), ".m4a")
	if !isSound {
		return domain.Errorf(domain.KindNotFound, noFile)
	}
	ctx := c.Request().Context()
	clip, err := h.gate(ctx, id, domain.ActionDownload)
	if err != nil {
		return err
	}
	sounds, err := h.Podcasts.Sounds(ctx, []domain.ClipID{clip.ID})
	if err != nil {
		return fmt.Errorf("read sound: %w", err)
	}
	sound := sounds[clip.ID]
	if !clip.SoundOf(sound) {
		return domain.Errorf(domain.KindNotFound, "its sound has not been made yet")
	}
	served := h.serveObject(c, sound.ObjectKey, sound.Bytes, "audio/mp4")
	return errors.Join(served, h.noteFetched(c, who, &clip, sound))
}
