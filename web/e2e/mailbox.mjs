// A mail server that keeps what it is sent (RFC 5321, as far as one sender needs it).
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { until } from "./server.mjs";

export class Mailbox {
  /** Mails as they arrived, the lines of quoted-printable joined. */
  mails = [];
  /** The same, byte for byte. */
  raw = [];

  static async open() {
    const box = new Mailbox();
    box.server = createServer((socket) => box.#talk(socket));
    box.server.listen(0, "127.0.0.1");
    await once(box.server, "listening");
    box.url = `smtp://127.0.0.1:${box.server.address().port}`;
    return box;
  }

  #talk(socket) {
    const lines = createInterface({ input: socket, crlfDelay: Infinity });
    let mail; // the lines of a mail that is under way
    socket.on("error", () => lines.close()); // the sender was killed
    socket.write("220 mailbox\r\n");
    lines.on("line", (line) => {
      if (mail && line === ".") {
        this.raw.push(mail.join("\r\n"));
        this.mails.push(mail.join("\n").replaceAll("=\n", "").replaceAll("=3D", "="));
        mail = undefined;
        socket.write("250 kept\r\n");
      } else if (mail) mail.push(line.replace(/^\.\./, "."));
      else if (/^DATA/i.test(line)) {
        mail = [];
        socket.write("354 go on\r\n");
      } else if (/^QUIT/i.test(line)) socket.end("221 bye\r\n");
      else socket.write("250 ok\r\n");
    });
  }

  /** Waits for a mail to an address whose text fits; gives what it found. */
  find(to, text, ms = 180_000) {
    const search = () =>
      this.mails
        .filter((m) => m.includes(`<${to}>`))
        .map((m) => m.match(text))
        .find(Boolean);
    return until(`a mail to ${to} with ${text}`, search, ms, 200);
  }

  async close() {
    this.server.close();
    await once(this.server, "close");
  }
}
