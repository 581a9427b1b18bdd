// Runs in the recorder's page before its own code: keeps a second account of what is captured and encoded, to compare the
// clip with. tap.blobs are the encoder's bytes in order, tap.times when each frame of the screen was captured (ms).
globalThis.tap = { blobs: [], times: [], started: 0, stopped: 0 };
{
  const start = MediaRecorder.prototype.start;
  MediaRecorder.prototype.start = function (...args) {
    Object.assign(tap, { blobs: [], times: [], started: performance.now(), stopped: 0 });
    this.addEventListener("stop", () => (tap.stopped ||= performance.now()));
    this.addEventListener("dataavailable", (e) => tap.blobs.push(e.data));
    return start.apply(this, args);
  };
  const stop = MediaRecorder.prototype.stop;
  MediaRecorder.prototype.stop = function () {
    tap.stopped ||= performance.now();
    return stop.call(this);
  };
  const open = MediaDevices.prototype.getDisplayMedia;
  MediaDevices.prototype.getDisplayMedia = async function (options) {
    const stream = await open.call(this, options);
    tap.screen = stream;
    const track = stream.getVideoTracks()[0].clone();
    const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
    void (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        tap.times.push(value.timestamp / 1000);
        value.close();
      }
    })();
    return stream;
  };
  /** The SHA-256 of everything the encoder gave, in hex. */
  tap.hash = async () => {
    const digest = await crypto.subtle.digest("SHA-256", await new Blob(tap.blobs).arrayBuffer());
    return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
  };
  /** Everything the encoder gave, in base64. */
  tap.base64 = () =>
    new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(new Blob(tap.blobs));
    });
}
