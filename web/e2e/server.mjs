// Runs the real binary for a browser test: a data directory and ports of its own, killed any way a test likes.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const binary = join(root, "bin/baton");

/** A port that was free a moment ago. */
export async function freePort() {
  const s = createServer();
  s.listen(0, "127.0.0.1");
  await once(s, "listening");
  const { port } = s.address();
  s.close();
  await once(s, "close");
  return port;
}

export class Server {
  /**
   * @param {Record<string, string>} env settings beyond the defaults
   * @param {string} host the address of this machine to listen on
   */
  static async start(env = {}, host = "127.0.0.1") {
    const s = new Server();
    // A short path: PostgreSQL's socket name is limited to 107 bytes.
    s.data = await mkdtemp(join(tmpdir(), "bt-"));
    s.port = await freePort();
    s.env = {
      BATON_DATA_DIR: s.data,
      BATON_LISTEN: `${host}:${s.port}`,
      BATON_MEDIA_LISTEN: `127.0.0.1:${await freePort()}`,
      BATON_MEDIA_ADDRESSES: "127.0.0.1",
      BATON_MODELS_DIR:
        process.env.BATON_MODELS_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "baton/models"),
      ...env,
    };
    s.url = `http://${host}:${s.port}`;
    s.log = join(s.data, "server.log");
    await s.up();
    return s;
  }

  /** Starts the process and waits until it can take a recording; returns the milliseconds that took. */
  async up() {
    const began = performance.now();
    this.child = spawn(binary, ["serve"], { env: { ...process.env, ...this.env }, stdio: ["ignore", "pipe", "pipe"] });
    const log = createWriteStream(this.log, { flags: "a" });
    this.child.stdout.pipe(log, { end: false });
    this.child.stderr.pipe(log, { end: false });
    this.exited = once(this.child, "exit");
    for (;;) {
      if (this.child.exitCode !== null) throw new Error(`server exited with ${this.child.exitCode}; see ${this.log}`);
      const ok = await fetch(`${this.url}/readyz`).then(
        (r) => r.ok,
        () => false,
      );
      if (ok) return performance.now() - began;
      if (performance.now() - began > 60_000) throw new Error(`server not ready after a minute; see ${this.log}`);
      await new Promise((r) => setTimeout(r, 50));
    }
  }

  async kill(signal = "SIGKILL") {
    this.child.kill(signal);
    await this.exited;
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill("SIGTERM");
    if (!process.env.BATON_E2E_KEEP) await rm(this.data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** Runs another command of the binary beside the server; resolves to its standard output. */
  async run(args, env = {}) {
    const child = spawn(binary, args, { env: { ...process.env, ...this.env, ...env } });
    let out = "";
    let err = "";
    child.stdout.on("data", (d) => (out += d));
    child.stderr.on("data", (d) => (err += d));
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`baton ${args.join(" ")} exited with ${code}: ${err}`);
    return out.trim();
  }

  /** Calls the API with a bearer token or a cookie. */
  async api(method, path, { body, token, cookie, headers = {} } = {}) {
    const h = { ...headers };
    if (token) h.authorization = `Bearer ${token}`;
    if (cookie) Object.assign(h, { cookie, origin: this.url });
    if (body !== undefined && !(body instanceof Uint8Array)) h["content-type"] ??= "application/json";
    const r = await fetch(this.url + path, {
      method,
      headers: h,
      body: body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
    const text = await r.text();
    let json;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: r.status, headers: r.headers, text, json };
  }
}

/** Calls f until it returns something true; fails with the last value after the given time. */
export async function until(what, f, ms = 30_000, every = 100) {
  const end = Date.now() + ms;
  let last;
  for (;;) {
    last = await f();
    if (last) return last;
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain for: ${what}`);
    await new Promise((r) => setTimeout(r, every));
  }
}
