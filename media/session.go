package media

type session struct{}
