package moonshine

// span is a half-open range of samples.
type span struct{ from, to int }

// How speech is found and packed. The thresholds are low because the model writes
// nothing for noise: a miss costs more than a false alarm. Context helps the model, so
// speech is joined across pauses; above 20 s it begins to lose sentences.
const (
	speechOn   = 0.25
	speechOff  = 0.10
	minSpeech  = sampleRate / 10     // shorter speech is dropped
	minSilence = sampleRate / 4      // a shorter gap does not end speech
	padding    = sampleRate * 3 / 20 // kept around speech
	maxChunk   = 20 * sampleRate     // what the model is given at most
	joinGap    = 3 * sampleRate      // speech further apart starts a new chunk
	maxSilence = 30 * sampleRate     // silence is reported in pieces of this size
)

// chunk is one input of the model, or a stretch of silence, when it has no speech.
// Chunks tile the stream: from is where the chunk before ended.
type chunk struct {
	from, to int
	at       int       // place of samples[0] in the stream
	samples  []float32 // the speech with its padding
	speech   []span    // relative to at
	voice    []float32 // probability of a voice, one for each window of samples
}

// chunker packs a stream into chunks while it comes. It holds little more than
// maxChunk and joinGap of sound.
type chunker struct {
	emit func(chunk) error
	most int // samples in a chunk; 0: maxChunk

	samples []float32
	voice   []float32
	base    int // place of samples[0], a multiple of window
	pos     int // samples seen
	done    int // end of the last chunk
	pending []span
	// The speech that goes on now, if in.
	in       bool
	start    int
	lastHigh int
}

// maxSpeech is how many samples from the beginning of a chunk's speech to its end.
func (c *chunker) maxSpeech() int {
	if c.most > 0 {
		return c.most - 2*padding
	}
	return maxChunk - 2*padding
}

// add takes the next window and the probability of a voice in it. The stream's
// last window may be short.
func (c *chunker) add(samples []float32, voice float32) error {
	at := c.pos
	c.samples = append(c.samples, samples...)
	c.voice = append(c.voice, voice)
	c.pos += len(samples)
	if err := c.track(at, voice); err != nil {
		return err
	}
	if err := c.flushReady(); err != nil {
		return err
	}
	if err := c.flushSilence(); err != nil {
		return err
	}
	c.trim()
	return nil
}

// track follows where speech begins and ends.
func (c *chunker) track(at int, voice float32) error {
	switch {
	case !c.in && voice >= speechOn:
		c.in, c.start, c.lastHigh = true, at, c.pos
	case c.in && voice >= speechOff:
		c.lastHigh = c.pos
	case c.in && at-c.lastHigh >= minSilence:
		c.in = false
		return c.endSpeech(span{c.start, c.lastHigh})
	}
	return nil
}

func (c *chunker) endSpeech(s span) error {
	if s.to-s.from < minSpeech {
		return nil
	}
	for len(c.pending) > 0 && s.to-c.pending[0].from > c.maxSpeech() {
		if err := c.flush(c.widest(s.from)); err != nil {
			return err
		}
	}
	if n := len(c.pending); n > 0 && s.from-c.pending[n-1].to > joinGap {
		if err := c.flush(n); err != nil {
			return err
		}
	}
	c.pending = append(c.pending, s)
	return nil
}

// flushReady emits what cannot grow any more.
func (c *chunker) flushReady() error {
	for len(c.pending) > 0 && c.in && c.pos-c.pending[0].from > c.maxSpeech() {
		if err := c.flush(c.widest(c.start)); err != nil {
			return err
		}
	}
	if n := len(c.pending); n > 0 && !c.in && c.pos-c.pending[n-1].to > joinGap {
		if err := c.flush(n); err != nil {
			return err
		}
	}
	if !c.in || c.pos-c.start <= c.maxSpeech() {
		return nil
	}
	cut := c.quietest(c.start+c.maxSpeech()/2, c.start+c.maxSpeech()) // one long breath
	c.pending = []span{{c.start, cut}}
	c.start = cut
	return c.flush(1)
}

// flushSilence emits a long silence, but for its end, which may be padding.
func (c *chunker) flushSilence() error {
	to := c.pos - padding
	if c.in || len(c.pending) > 0 || to-c.done < maxSilence {
		return nil
	}
	k := chunk{from: c.done, to: to, at: to}
	c.done = to
	return c.emit(k)
}

// trim forgets sound that no chunk can need, in large steps.
func (c *chunker) trim() {
	keep := c.pos
	if c.in {
		keep = c.start
	}
	if len(c.pending) > 0 {
		keep = min(keep, c.pending[0].from)
	}
	n := (keep - padding - c.base) / window * window
	if n <= sampleRate {
		return
	}
	c.samples = append(c.samples[:0], c.samples[n:]...)
	c.voice = append(c.voice[:0], c.voice[n/window:]...)
	c.base += n
}

// end emits the rest of the stream.
func (c *chunker) end() error {
	if c.in {
		c.in = false
		if err := c.endSpeech(span{c.start, min(c.lastHigh, c.pos)}); err != nil {
			return err
		}
	}
	if err := c.flush(len(c.pending)); err != nil || c.done == c.pos {
		return err
	}
	k := chunk{from: c.done, to: c.pos, at: c.pos}
	c.done = c.pos
	return c.emit(k)
}

// widest says after how many pending spans to cut when the next speech makes them
// too long: at the longest pause of the second half.
func (c *chunker) widest(next int) int {
	cut, longest := len(c.pending), -1
	for i, s := range c.pending {
		following := next
		if i+1 < len(c.pending) {
			following = c.pending[i+1].from
		}
		if gap := following - s.to; gap >= longest && s.to-c.pending[0].from >= c.maxSpeech()/2 {
			cut, longest = i+1, gap
		}
	}
	return cut
}

// flush emits the first n pending spans as one chunk.
func (c *chunker) flush(n int) error {
	if n == 0 {
		return nil
	}
	limit := c.pos
	if n < len(c.pending) {
		limit = c.pending[n].from
	} else if c.in {
		limit = c.start
	}
	at := max(c.done, c.base, c.pending[0].from-padding)
	to := min(limit, c.pending[n-1].to+padding)
	k := chunk{from: c.done, to: to, at: at}
	k.samples = append(k.samples, c.samples[at-c.base:to-c.base]...)
	k.voice = append(k.voice, c.voice[(at-c.base)/window:min(len(c.voice), (to-c.base+window-1)/window)]...)
	for _, s := range c.pending[:n] {
		k.speech = append(k.speech, span{max(0, s.from-at), min(to, s.to) - at})
	}
	c.pending = append(c.pending[:0], c.pending[n:]...)
	c.done = to
	return c.emit(k)
}

func (c *chunker) quietest(from, to int) int {
	i := quietest(c.voice, (from-c.base)/window, (to-c.base)/window)
	return c.base + i*window + window/2
}

// quietest is the window of [from,to) with the least voice around it, the last of equals.
func quietest(voice []float32, from, to int) int {
	found, least := from, float32(1e9)
	for i := from; i < min(to, len(voice)); i++ {
		var sum float32
		for _, p := range voice[max(0, i-2):min(len(voice), i+3)] {
			sum += p
		}
		if sum <= least {
			found, least = i, sum
		}
	}
	return found
}

// halves cuts a chunk near its middle at the quietest place.
func (k chunk) halves() (a, b chunk) {
	n := len(k.voice)
	cut := quietest(k.voice, n/3, n*2/3)*window + window/2
	cut = min(max(cut, 1), len(k.samples)-1)
	a = chunk{from: k.from, to: k.at + cut, at: k.at, samples: k.samples[:cut], voice: k.voice[:min(n, cut/window+1)]}
	b = chunk{from: k.at + cut, to: k.to, at: k.at + cut, samples: k.samples[cut:], voice: k.voice[min(n-1, cut/window):]}
	for _, s := range k.speech {
		if s.from < cut {
			a.speech = append(a.speech, span{s.from, min(s.to, cut)})
		}
		if s.to > cut {
			b.speech = append(b.speech, span{max(0, s.from-cut), s.to - cut})
		}
	}
	return a, b
}

// voiced is how many samples of the chunk hold speech.
func (k chunk) voiced() (n int) {
	for _, s := range k.speech {
		n += s.to - s.from
	}
	return n
}
