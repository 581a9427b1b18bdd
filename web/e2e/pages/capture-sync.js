// Runs in the recorder's page before its own code: tells how far apart the beeps and flashes of counter.html are in what
// the browser captures of that page, before anything is mixed, encoded or sent. What a recording has beyond that is ours.
globalThis.captureSync = { stream: undefined };
{
  const open = MediaDevices.prototype.getDisplayMedia;
  MediaDevices.prototype.getDisplayMedia = async function (options) {
    captureSync.stream = await open.call(this, options);
    return captureSync.stream;
  };
  const [perSecond, lit] = [30, 6];
  const [cell, bits] = [24, 20];

  /**
   * Reads clones of the captured tracks for some seconds; gives how much later than its flash each beep came, in ms.
   * Chromium counts the time of sound from when the page came into being, that of pictures from when the machine did:
   * `origin` is how many ms lie between the two.
   */
  captureSync.measure = async (seconds, origin) => {
    const over = AbortSignal.timeout(seconds * 1000);
    const flashes = new Map();
    const beeps = [];
    await Promise.all([watch(over, flashes, origin), listen(over, beeps)]);
    const nearest = (flash) => beeps.map((beep) => beep - flash).reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a), Infinity);
    return [...flashes.values()].map(nearest).filter((ms) => Math.abs(ms) < 500);
  };

  async function read(track, over, take) {
    const clone = track.clone();
    const reader = new MediaStreamTrackProcessor({ track: clone }).readable.getReader();
    while (!over.aborted) {
      const { done, value } = await reader.read();
      if (done) break;
      await take(value);
      value.close();
    }
    clone.stop();
  }

  function watch(over, flashes, origin) {
    const picture = new OffscreenCanvas(cell * (bits + 6), cell * 2).getContext("2d", { willReadFrequently: true });
    return read(captureSync.stream.getVideoTracks()[0], over, (frame) => {
      const { width, height } = picture.canvas;
      const scale = frame.displayWidth / 1280;
      picture.drawImage(frame, 0, 0, width * scale, height * scale, 0, 0, width, height);
      const { data } = picture.getImageData(0, cell, width, 1);
      const bar = (i) => (data[4 * (cell * (1 + i) + cell / 2)] > 128 ? 1 : 0);
      let [count, ones] = [0, bar(1 + bits)];
      for (let i = 1; i <= bits; i++) [count, ones] = [count * 2 + bar(i), ones + bar(i)];
      if (!bar(0) || ones % 2 === 0 || count % perSecond >= lit) return;
      const second = Math.floor(count / perSecond);
      if (!flashes.has(second)) flashes.set(second, frame.timestamp / 1000 - origin - ((count % perSecond) * 1000) / perSecond);
    });
  }

  function listen(over, beeps) {
    let quietFrom = -Infinity;
    return read(captureSync.stream.getAudioTracks()[0], over, (sound) => {
      const samples = new Float32Array(sound.numberOfFrames);
      sound.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      for (const [i, sample] of samples.entries()) {
        if (Math.abs(sample) < 0.12) continue;
        const at = sound.timestamp / 1000 + (i * 1000) / sound.sampleRate;
        if (at - quietFrom > 500) beeps.push(at);
        quietFrom = at;
      }
    });
  }
}
