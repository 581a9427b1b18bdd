package chapters

import "math"

// The bounds of the work: score cells are units² / 2, steps are cells × chapters.
const (
	maxUnits  = 4000 // more are taken in groups: about five hours of talk
	maxCount  = 400  // more chapters than that are cut evenly
	maxChosen = 100  // the most chapters that the finder makes by itself
)

// segment chooses the first units of the chapters by dynamic programming: the cut
// whose chapters hold together best and whose boundaries carry the most signs.
// count 0 leaves the number to the objective. The first start is always 0.
func (t Tuning) segment(d *document, sections map[int]string, count int) []int {
	n := len(d.units)
	most := count
	if count == 0 {
		most = min(n, mostChapters(d.durationMS))
	}
	if most <= 1 {
		return []int{0}
	}
	if count == n || count > maxCount {
		return evenly(n, count)
	}
	bonus, at := t.bonuses(d, sections), evenly(n, n)
	if n > maxUnits {
		d, bonus, at = d.grouped((n+maxUnits-1)/maxUnits, bonus)
		n = len(d.units)
	}
	longest := n
	if count > 0 {
		longest = min(n, 12*n/count+8) // no chapter is twelve times as long as the mean
	}
	p := &plan{d: d, t: t, free: count == 0, most: most, scores: newCohesion(d, longest)}
	p.weigh(bonus)
	starts := p.solve()
	for i := range starts {
		starts[i] = at[starts[i]]
	}
	return starts
}

// grouped joins every size units into one. It gives the groups' best bonuses and the units
// that carry them, where a chapter that starts in the group shall start.
func (d *document) grouped(size int, bonus []float64) (*document, []float64, []int) {
	g := *d
	g.units = nil
	var best []float64
	var at []int
	for i := 0; i < len(d.units); i += size {
		group := unit{startMS: d.units[i].startMS}
		top := i
		for k := i; k < min(i+size, len(d.units)); k++ {
			group.stems = append(group.stems, d.units[k].stems...)
			group.endMS = d.units[k].endMS
			if bonus[k] > bonus[top] && i > 0 {
				top = k
			}
		}
		g.units = append(g.units, group)
		best = append(best, bonus[top])
		at = append(at, top)
	}
	return &g, best, at
}

// evenly gives count starts over n units.
func evenly(n, count int) []int {
	out := make([]int, count)
	for i := range out {
		out[i] = i * n / count
	}
	return out
}

// bonuses weighs the signs before each unit.
func (t Tuning) bonuses(d *document, sections map[int]string) []float64 {
	out := make([]float64, len(d.units))
	for i := 1; i < len(out); i++ {
		s := d.signsAt(i)
		b := t.Opener*s.opener + t.Closer*s.closer - t.Broken*s.broken
		b += t.Pause * pauseSign(d.units[i].pauseMS)
		if d.units[i].change {
			b += t.Screen
		}
		if _, section := sections[i]; section && d.units[i].startMS >= MinChapterMS {
			b += sectionBonus
		}
		out[i] = b
	}
	return out
}

// sectionBonus makes a spoken section mark win over everything else.
const sectionBonus = 200

// pauseSign grows with the logarithm of a pause: 0 below 0.7 s, 1 at about 3 s, at most 2.
func pauseSign(ms int64) float64 {
	if ms < 700 {
		return 0
	}
	return min(2, math.Log(float64(ms)/700)/1.45)
}

// plan is one run of the dynamic programme.
type plan struct {
	d      *document
	t      Tuning
	free   bool
	most   int
	scores stretches
}

// weigh turns the words' likelihood into the whole score of each stretch as a chapter.
func (p *plan) weigh(bonus []float64) {
	mean := float64(len(p.d.units)) / p.expected()
	balance := make([]float64, len(p.d.units)+1)
	for l := 1; l < len(balance); l++ {
		away := math.Log(float64(l) / mean)
		balance[l] = -p.t.Balance * away * away
	}
	for first, row := range p.scores {
		for l := range row {
			s := p.t.Cohesion*float64(row[l]) + bonus[first] + balance[l+1]
			if p.free && p.tooShort(first, first+l+1) {
				s -= shortCost
			}
			row[l] = float32(s)
		}
	}
}

// shortCost all but forbids the finder's own chapters under MinChapterMS.
const shortCost = 50

func (p *plan) tooShort(first, end int) bool {
	stop := p.d.durationMS
	if end < len(p.d.units) {
		stop = p.d.units[end].startMS
	}
	return stop-p.d.units[first].startMS < MinChapterMS
}

// solve fills best[k][end], the score of the first `end` units in k chapters, and
// walks back from the best number of chapters.
func (p *plan) solve() []int {
	n := len(p.d.units)
	best := make([][]float64, p.most+1)
	from := make([][]int32, p.most+1)
	for k := range best {
		best[k] = make([]float64, n+1)
		from[k] = make([]int32, n+1)
		for e := range best[k] {
			best[k][e] = math.Inf(-1)
		}
	}
	best[0][0] = 0
	for k := 1; k <= p.most; k++ {
		p.extend(best[k-1], best[k], from[k], k)
	}
	k := p.most
	if p.free {
		k = p.choose(best)
	}
	starts := make([]int, k)
	for end := n; k > 0; k-- {
		end = int(from[k][end])
		starts[k-1] = end
	}
	return starts
}

// extend finds the best k chapters from the best k-1.
func (p *plan) extend(before, best []float64, from []int32, k int) {
	for first, row := range p.scores {
		s := before[first]
		if math.IsInf(s, -1) || first < k-1 {
			continue
		}
		for l, score := range row {
			if end := first + l + 1; s+float64(score) > best[end] {
				best[end] = s + float64(score)
				from[end] = int32(first)
			}
		}
	}
}

// expected is the number of chapters that lengths are compared with.
func (p *plan) expected() float64 {
	if !p.free {
		return float64(p.most)
	}
	return usualChapters(p.d.durationMS)
}

// choose picks the number of chapters: each must gain more than it costs, and the number
// is drawn a little to the usual one.
func (p *plan) choose(best [][]float64) int {
	n := len(p.d.units)
	usual := usualChapters(p.d.durationMS)
	cost := p.t.chapterCost(p.d.durationMS)
	k, top := 1, math.Inf(-1)
	for c := 1; c <= p.most; c++ {
		away := math.Log(float64(c) / usual)
		if s := best[c][n] - cost*float64(c) - p.t.Number*away*away; s > top {
			k, top = c, s
		}
	}
	return k
}

// chapterCost is what a chapter must gain. It grows with the clip's length: people cut an
// hour more coarsely than five minutes.
func (t Tuning) chapterCost(durationMS int64) float64 {
	minutes := float64(durationMS) / 60_000
	return max(t.Cost/2, t.Cost*(1+math.Log(minutes/12)/3))
}

// usualChapters is how many chapters people make of a clip: the number grows with
// the square root of its length.
func usualChapters(durationMS int64) float64 {
	return max(1, 1.75*math.Sqrt(float64(durationMS)/60_000))
}

func mostChapters(durationMS int64) int {
	return min(maxChosen, int(math.Ceil(3*usualChapters(durationMS))))
}
