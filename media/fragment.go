package media

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

// fragment is a trickle-ice-sdpfrag (RFC 8840, 9).
type fragment struct {
	ufrag, pwd string
	candidates []webrtc.ICECandidateInit
}

func parseFragment(body string) (fragment, error) {
	var f fragment
	bad := refuse(http.StatusBadRequest, "sdp", 0, "the fragment cannot be read")
	var mid *string
	lines := 0
	for line := range strings.SplitSeq(strings.ReplaceAll(body, "\r\n", "\n"), "\n") {
		if line == "" {
			continue
		}
		lines++
		if len(line) < 2 || line[1] != '=' || line[0] != 'a' && line[0] != 'm' || lines > 500 {
			return f, bad
		}
		key, value, _ := strings.Cut(line[2:], ":")
		switch {
		case line[0] == 'm':
			mid = nil
		case key == "mid":
			mid = &value
		case key == "ice-ufrag":
			f.ufrag = value
		case key == "ice-pwd":
			f.pwd = value
		case key == "candidate":
			f.candidates = append(f.candidates, candidate(line[2:], mid, f.ufrag))
		}
	}
	if lines == 0 || f.ufrag != "" && !validCredentials(f.ufrag, f.pwd) {
		return f, bad
	}
	return f, nil
}

func candidate(text string, mid *string, ufrag string) webrtc.ICECandidateInit {
	zero := uint16(0)
	c := webrtc.ICECandidateInit{Candidate: text, SDPMid: mid}
	if mid == nil {
		c.SDPMLineIndex = &zero
	}
	if ufrag != "" {
		c.UsernameFragment = &ufrag
	}
	return c
}

// validCredentials as RFC 8839, 5.4 has them, which also keeps line breaks out.
func validCredentials(ufrag, pwd string) bool {
	const iceChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for _, x := range ufrag + pwd {
		if !strings.ContainsRune(iceChars, x) {
			return false
		}
	}
	return len(ufrag) >= 4 && len(ufrag) <= 256 && len(pwd) >= 22 && len(pwd) <= 256
}

func remoteCredentials(offer string) (ufrag, pwd string) {
	for line := range strings.SplitSeq(offer, "\n") {
		line = strings.TrimRight(line, "\r")
		if v, ok := strings.CutPrefix(line, "a=ice-ufrag:"); ok && ufrag == "" {
			ufrag = v
		}
		if v, ok := strings.CutPrefix(line, "a=ice-pwd:"); ok && pwd == "" {
			pwd = v
		}
	}
	return ufrag, pwd
}

// withCredentials is the offer of an ICE restart: other credentials, no candidates, a higher version.
func withCredentials(offer string, f fragment) (string, error) {
	var s sdp.SessionDescription
	if err := s.UnmarshalString(offer); err != nil {
		return "", err
	}
	s.Origin.SessionVersion++
	change := func(list []sdp.Attribute) []sdp.Attribute {
		var out []sdp.Attribute
		for _, a := range list {
			switch a.Key {
			case "candidate", "end-of-candidates":
				continue
			case "ice-ufrag":
				a.Value = f.ufrag
			case "ice-pwd":
				a.Value = f.pwd
			}
			out = append(out, a)
		}
		return out
	}
	s.Attributes = change(s.Attributes)
	for _, m := range s.MediaDescriptions {
		m.Attributes = change(m.Attributes)
	}
	b, err := s.Marshal()
	return string(b), err
}

// answerFragment tells the new credentials and candidates of our side.
func answerFragment(answer string) (string, error) {
	var s sdp.SessionDescription
	if err := s.UnmarshalString(answer); err != nil {
		return "", fmt.Errorf("read answer: %w", err)
	}
	var b strings.Builder
	if g, ok := s.Attribute("group"); ok {
		fmt.Fprintf(&b, "a=group:%s\r\n", g)
	}
	for _, m := range s.MediaDescriptions[:min(1, len(s.MediaDescriptions))] { // bundled: one transport
		fmt.Fprintf(&b, "m=%s 9 %s 0\r\n", m.MediaName.Media, strings.Join(m.MediaName.Protos, "/"))
		for _, a := range m.Attributes {
			switch a.Key {
			case "mid", "ice-ufrag", "ice-pwd", "candidate":
				fmt.Fprintf(&b, "a=%s:%s\r\n", a.Key, a.Value)
			case "end-of-candidates":
				b.WriteString("a=end-of-candidates\r\n")
			}
		}
	}
	return b.String(), nil
}
