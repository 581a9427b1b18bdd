package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Client asks a server's API as somebody who may record.
type Client struct {
	// URL of the server, without a slash at its end; Token is sent as bearer.
	URL, Token string
	HTTP       *http.Client
}

// Call asks the API; body, if any, becomes JSON. Another status than 2xx is an error.
func (c *Client) Call(ctx context.Context, method, path string, body any) ([]byte, error) {
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("write the request: %w", err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.URL+path, r)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := c.HTTP.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	b, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s: %.300s", method, path, res.Status, b)
	}
	return b, err
}

// NewClip makes one to record to, and gives its id.
func (c *Client) NewClip(ctx context.Context) (string, error) {
	b, err := c.Call(ctx, http.MethodPost, "/api/v1/clips", map[string]any{"kind": "screen"})
	if err != nil {
		return "", err
	}
	var made struct {
		ID string `json:"id"`
	}
	err = json.Unmarshal(b, &made)
	return made.ID, err
}

// ClipURL is a clip's address in the API.
func (c *Client) ClipURL(id string) string { return c.URL + "/api/v1/clips/" + id }

// Playable fetches what a player fetches first and last: the playlists, which have to say that the recording has
// ended, and the last segment. It returns how long that took.
func (c *Client) Playable(ctx context.Context, id string) (time.Duration, error) {
	began := time.Now()
	base := "/api/v1/clips/" + id + "/hls/"
	master, err := c.Call(ctx, http.MethodGet, base+"master.m3u8", nil)
	if err != nil {
		return 0, err
	}
	media := lastURI(master)
	list, err := c.Call(ctx, http.MethodGet, base+media, nil)
	if err != nil {
		return 0, err
	}
	if !bytes.Contains(list, []byte("#EXT-X-ENDLIST")) {
		return 0, fmt.Errorf("%s has no end", media)
	}
	segment, err := c.Call(ctx, http.MethodGet, base+media[:strings.LastIndex(media, "/")+1]+lastURI(list), nil)
	if err == nil && len(segment) == 0 {
		err = errors.New("the last segment is empty")
	}
	return time.Since(began), err
}

// lastURI is the last line of a playlist that is no tag.
func lastURI(playlist []byte) string {
	uri := ""
	for line := range strings.Lines(string(playlist)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			uri = line
		}
	}
	return uri
}

// missing is how many milliseconds of what was sent a recording does not have: its gaps, and what its end lacks by
// more than a frame or two.
func (c *Client) missing(ctx context.Context, id string, long time.Duration) (lost int64, err error) {
	b, err := c.Call(ctx, http.MethodGet, "/api/v1/clips/"+id+"/recording", nil)
	if err != nil {
		return 0, err
	}
	var rec struct {
		DurationMS int64 `json:"duration_ms"`
		GapsMS     []struct {
			StartMS int64 `json:"start_ms"`
			EndMS   int64 `json:"end_ms"`
		} `json:"gaps_ms"`
	}
	if err := json.Unmarshal(b, &rec); err != nil {
		return 0, fmt.Errorf("read the recording: %w", err)
	}
	for _, g := range rec.GapsMS {
		lost += g.EndMS - g.StartMS
	}
	if short := long.Milliseconds() - rec.DurationMS; short > 100 {
		lost += short
	}
	return lost, nil
}

// metrics reads the server's own word on its processor time and memory.
func (c *Client) metrics(ctx context.Context) (cpu time.Duration, memory int64, err error) {
	b, err := c.Call(ctx, http.MethodGet, "/metrics", nil)
	if err != nil {
		return 0, 0, err
	}
	var seconds, bytes float64
	for line := range strings.Lines(string(b)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch name {
		case "process_cpu_seconds_total":
			seconds, err = strconv.ParseFloat(value, 64)
		case "process_resident_memory_bytes":
			bytes, err = strconv.ParseFloat(value, 64)
		}
		if err != nil {
			return 0, 0, fmt.Errorf("read the server's metrics: %w", err)
		}
	}
	return time.Duration(seconds * float64(time.Second)), int64(bytes), nil
}
