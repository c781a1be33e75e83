/* Shows what is pushed to this browser: that there is something, and never what. It answers for no page. */
"use strict";

const FRONT = "/console/caseload";

self.addEventListener("push", (event) => {
  const told = read(event.data);
  event.waitUntil(self.registration.showNotification(told.title ?? "Trochlea", { body: told.text ?? "", tag: told.id }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openConsole());
});

// A browser shows something whatever arrives; what cannot be read says no more than that.
function read(data) {
  try {
    const { id, title, text } = data.json();
    return { id: id ?? "", title, text };
  } catch {
    return { id: "" };
  }
}

async function openConsole() {
  const opened = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const ours = opened.find((one) => new URL(one.url).pathname.startsWith("/console"));
  return ours ? ours.focus() : self.clients.openWindow(FRONT);
}
