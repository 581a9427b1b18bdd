// A UDP relay in front of a WebRTC server, to lose what a test wants lost: there is no netem everywhere.
import { createSocket } from "node:dgram";
import { once } from "node:events";

export class Relay {
  /** While set, media (RTP and RTCP) on its way to the server is lost; connectivity checks and DTLS pass. */
  blind = false;
  lost = 0;

  /** @param {string} address of the server and of the relay @param {number} port the server's */
  static async start(address, port) {
    const r = new Relay();
    r.address = address;
    r.front = createSocket("udp4").bind(0, address);
    await once(r.front, "listening");
    const clients = new Map();
    r.front.on("message", (packet, from) => {
      const name = `${from.address}:${from.port}`;
      let back = clients.get(name);
      if (!back) {
        back = createSocket("udp4");
        back.on("message", (answer) => r.front.send(answer, from.port, from.address));
        clients.set(name, back);
      }
      const media = packet[0] >= 128 && packet[0] < 192; // RFC 7983
      if (media && r.blind) r.lost++;
      else back.send(packet, port, address);
    });
    r.clients = clients;
    return r;
  }

  /** An SDP answer whose only candidate is this relay. */
  instead(sdp) {
    const [, section] = /^a=candidate:\S+ (1) udp/im.exec(sdp) ?? [];
    if (!section) throw new Error("the answer has no candidate over UDP");
    const mine = `a=candidate:1 1 udp 2130706431 ${this.address} ${this.front.address().port} typ host`;
    let there = false;
    const lines = sdp.split("\r\n").flatMap((line) => {
      if (!line.startsWith("a=candidate:")) return [line];
      if (there) return [];
      there = true;
      return [mine];
    });
    return lines.join("\r\n");
  }

  stop() {
    this.front.close();
    for (const back of this.clients.values()) back.close();
  }
}
