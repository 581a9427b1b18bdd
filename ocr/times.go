package ocr

import "slices"

const (
	// settleMS after a change the picture stands still: pages have loaded, slides have faded in.
	settleMS = 700
	// A stretch this long is read at its end too, for what was typed or built up meanwhile, and between at
	// every onceInMS.
	longStretchMS = 12_000
	onceInMS      = 60_000
	beforeEndMS   = 300
	// firstPictures and picturesPerMinute bound how many pictures of a clip are read.
	firstPictures     = 20
	picturesPerMinute = 1
	// A picture that stands shorter is in motion; of motion one picture in inMotion times as long is enough. When
	// there are too many pictures, more and more counts as motion.
	leastStandMS = 1000
	inMotion     = 4
)

// Limit is how many pictures of a clip are read at most.
func Limit(durationMS int64) int { return firstPictures + int(durationMS*picturesPerMinute/60_000) }

// Times chooses which pictures of a clip to read, given the times at which something on the screen changed: one
// after each change, and more in long stretches; few where the picture moves all the time.
func Times(changes []int64, durationMS int64) []int64 {
	changes = append(slices.Sorted(slices.Values(changes)), durationMS)
	for stand := int64(leastStandMS); ; stand += stand / 2 {
		if times := choose(changes, durationMS, stand); len(times) <= Limit(durationMS) {
			return times
		}
	}
}

// choose takes all pictures that stand for standMS, and some of the others.
func choose(changes []int64, durationMS, standMS int64) []int64 {
	times := []int64{}
	start := int64(0)
	for _, end := range changes {
		end = min(end, durationMS)
		stood := end - start
		if stood <= 0 {
			continue
		}
		moves := len(times) > 0 && stood < standMS && start-times[len(times)-1] < inMotion*standMS
		if !moves {
			times = append(times, within(start, end)...)
		}
		start = end
	}
	return times
}

// within are the pictures of a stretch.
func within(start, end int64) []int64 {
	first := min(start+settleMS, (start+end)/2)
	times := []int64{first}
	if end-start < longStretchMS {
		return times
	}
	for at := first + onceInMS; at < end-onceInMS/2; at += onceInMS {
		times = append(times, at)
	}
	return append(times, end-beforeEndMS)
}
