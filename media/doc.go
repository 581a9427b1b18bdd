// Package media is the ingest: it takes a recording in, keeps it safe and makes
// it playable while it arrives.
//
// There are two doors. The record plane takes the bytes of a browser's encoder
// in numbered, hashed chunks, over a WebRTC data channel or HTTP; docs/protocol.md
// is its exact description. The WHIP door (RFC 9725) takes RTP.
//
// Behind both, everything that was accepted is first fsynced in a spool on this
// node, then acknowledged, then shipped to the object store, then deleted here.
// On the way it is cut, by copying, into CMAF segments of about two seconds,
// each of which is stored and recorded as it closes.
package media
