package domain

import "time"

// WebhookKind is the form in which a webhook's receiver wants its messages.
type WebhookKind string

// The kinds.
const (
	WebhookJSON       WebhookKind = "json"       // our own words, signed (Standard Webhooks)
	WebhookSlack      WebhookKind = "slack"      // an incoming webhook of Slack
	WebhookMattermost WebhookKind = "mattermost" // of Mattermost
	WebhookDiscord    WebhookKind = "discord"    // of Discord
	WebhookNtfy       WebhookKind = "ntfy"       // a topic of ntfy or what speaks like it
)

// MessageKind is what a message is about. The names are the `type` of signed webhooks.
type MessageKind string

// The kinds of message.
const (
	MessageClip     MessageKind = "clip.ready"      // a clip can be watched that could not before
	MessageComment  MessageKind = "comment.created" // somebody speaks about a clip
	MessageOpened   MessageKind = "round.opened"
	MessageClosed   MessageKind = "round.closed"   // with the written record
	MessageAnswer   MessageKind = "round.answered" // somebody has answered a round
	MessageDecision MessageKind = "decision.made"
	MessageReplaced MessageKind = "decision.superseded"
	MessageAsk      MessageKind = "ask.created" // but an urgent one
	MessageAnswered MessageKind = "ask.answered"
	MessageWithdrew MessageKind = "ask.withdrawn"
	MessageOverdue  MessageKind = "ask.escalated"  // no answer came, and somebody was told
	MessageRaised   MessageKind = "blocker.raised" // also when it is opened again
	MessageAgain    MessageKind = "blocker.mentioned"
	MessageCleared  MessageKind = "blocker.cleared"
	MessageUrgent   MessageKind = "message.urgent" // break-glass
	MessageTest     MessageKind = "test"           // somebody pressed Test
)

// MessageKinds are those that a webhook may ask for.
var MessageKinds = []MessageKind{ //nolint:gochecknoglobals // a table
	MessageClip, MessageComment, MessageOpened, MessageAnswer, MessageClosed, MessageDecision, MessageReplaced, MessageAsk, MessageAnswered, MessageWithdrew,
	MessageOverdue, MessageRaised, MessageAgain, MessageCleared, MessageUrgent,
}

// Message is what is posted to people's other tools. It carries nothing that whoever reads the channel may not know: whoever makes one
// has checked that the space's members may see it.
type Message struct {
	// ID is the same with every attempt to deliver it.
	ID   MessageID   `json:"id"`
	Kind MessageKind `json:"kind"`
	// Ref is the event: a webhook gets a message of one kind and ref once.
	Ref string    `json:"ref"`
	At  time.Time `json:"at"`
	// Title says it in a line of plain text; Text, several lines of it, may be empty.
	Title string `json:"title"`
	Text  string `json:"text,omitempty"`
	// Path is the page on this server, like /c/ID?t=12; empty: none.
	Path string `json:"path,omitempty"`
	// ClipID is the clip that it is about, if any: when that clip is gone or has become private by the time of sending, it is not sent.
	ClipID ClipID `json:"clip_id,omitempty"`
	// Data are further facts for programs, in signed webhooks only.
	Data map[string]any `json:"data,omitempty"`
}

// Webhook is where a space's messages are posted.
type Webhook struct {
	ID          WebhookID
	WorkspaceID WorkspaceID
	SpaceID     SpaceID // empty: the whole workspace
	Kind        WebhookKind
	Name        string
	URL         string
	// Secret signs what WebhookJSON sends: "whsec_" and base64.
	Secret string
	Wants  []MessageKind
	// Paused: nothing is posted; PausedReason says why when it was not a person's wish.
	Paused       bool
	PausedReason string
	CreatedBy    AccountID
	CreatedAt    time.Time
}

// Post is a message on its way to a webhook.
type Post struct {
	Webhook Webhook
	Message Message
	// Tries counts the attempts, this one included.
	Tries     int
	CreatedAt time.Time
	// DueAt is when it is tried next, zero: not any more. SentAt and DeadAt are how it ended.
	DueAt, SentAt, DeadAt time.Time
	// Reason says why the last attempt failed; shown to people.
	Reason string
}
