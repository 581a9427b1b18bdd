// Shows what this server pushes to the browser while none of its pages is open. It touches no request of any page.
"use strict";

self.addEventListener("push", (event) => {
  let words = {};
  try {
    words = event.data?.json() ?? {};
  } catch {
    // not one of ours: say that there is something
  }
  event.waitUntil(
    self.registration.showNotification(String(words.title ?? "News on Baton"), {
      body: String(words.body ?? ""),
      tag: String(words.tag ?? "baton"),
      icon: "/icon.svg",
      data: { path: String(words.path ?? "/inbox") },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const to = new URL(event.notification.data?.path ?? "/inbox", self.location.origin);
  if (to.origin !== self.location.origin) return;
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then(async (pages) => {
      const open = pages.find((p) => new URL(p.url).pathname === to.pathname);
      await (open ? open.focus() : self.clients.openWindow(to.href));
    }),
  );
});
