// A clock that also ticks while the page is in the background: it is told how often, in milliseconds.
self.onmessage = (e: MessageEvent<number>) => {
  setInterval(() => {
    self.postMessage(0);
  }, e.data);
};
