package domain

// PictureSide is how wide and high the pictures of people are at most, in pixels: twice what the largest place shows.
const PictureSide = 320

// Picture is what somebody shows of themselves, in all their workspaces.
type Picture struct {
	AccountID AccountID
	ObjectKey string
	Bytes     int64
}
