package api_test

// talkRules are the rules of the talk about clips, and of those who are told of it.
var talkRules = map[string]rule{
	"resolveComment": {who: acting(commenting), body: `{"resolved":true}`}, "getCommentHistory": {who: watching},
	"listReactions": {who: watching}, "react": {who: acting(commenting), body: `{"emoji":"👍","at_ms":1000,"on":true}`},
	"addAttachment": {who: acting(commenting), body: onePixel, typ: "image/png", ok: 201}, "getAttachment": {who: watching},
}
