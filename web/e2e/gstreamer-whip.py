#!/usr/bin/env python3
"""gstreamer-whip.py URL TOKEN PIPELINE: publishes by GStreamer's webrtcbin until it is told to stop by a line on stdin.

The signalling is RFC 9725 in its simplest form: all candidates in the offer, one POST, one DELETE.
"""
import sys
import threading
import urllib.parse
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

url, token, description = sys.argv[1:]
Gst.init(None)
loop = GLib.MainLoop()
pipeline = Gst.parse_launch("webrtcbin name=peer bundle-policy=max-bundle " + description)
peer = pipeline.get_by_name("peer")
session = None


def say(what):
    print(what, flush=True)


def ask(method, to, body=None):
    headers = {"Authorization": "Bearer " + token, **({"Content-Type": "application/sdp"} if body else {})}
    with urllib.request.urlopen(urllib.request.Request(to, body, headers, method=method)) as answer:
        return answer.status, answer.headers, answer.read()


def gathered(*_):
    global session
    if session or peer.props.ice_gathering_state != GstWebRTC.WebRTCICEGatheringState.COMPLETE:
        return
    status, headers, body = ask("POST", url, peer.props.local_description.sdp.as_text().encode())
    session = urllib.parse.urljoin(url, headers["Location"])
    say(status)
    _, sdp = GstSdp.SDPMessage.new_from_text(body.decode())
    answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
    peer.emit("set-remote-description", answer, None)


def offered(promise, *_):
    reply = promise.get_reply()  # owns the offer
    offer = reply.get_value("offer")
    text = offer.sdp.as_text()
    _, sdp = GstSdp.SDPMessage.new_from_text(text)
    peer.emit("set-local-description", GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.OFFER, sdp), None)


def negotiate(_):
    peer.emit("create-offer", None, Gst.Promise.new_with_change_func(offered))


def send_only(*_):
    for i in range(2):
        transceiver = peer.emit("get-transceiver", i)
        if transceiver:
            transceiver.props.direction = GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY


def stop():
    sys.stdin.readline()
    if session:
        say(ask("DELETE", session)[0])
    GLib.idle_add(loop.quit)


peer.connect("on-negotiation-needed", negotiate)
peer.connect("notify::ice-gathering-state", lambda *_: GLib.idle_add(gathered))
peer.connect("notify::connection-state", lambda *_: say(peer.props.connection_state.value_nick))
send_only()
threading.Thread(target=stop, daemon=True).start()
pipeline.set_state(Gst.State.PLAYING)
loop.run()
pipeline.set_state(Gst.State.NULL)
