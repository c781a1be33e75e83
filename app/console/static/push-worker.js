/* Shows what is pushed to this browser: that there is something, and never what. It answers for no page. */
"use strict";

const FRONT = "/console/caseload";
const SUBSCRIPTIONS = "/console/settings/push-subscriptions";

self.addEventListener("push", (event) => {
  const told = read(event.data);
  event.waitUntil(self.registration.showNotification(told.title ?? "Trochlea", { body: told.text ?? "", tag: told.id }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openConsole());
});

// The browser was given another address, or is to ask for one. Nobody may be logged in now: the server hears of it from
// the next page of the console that is opened here.
self.addEventListener("pushsubscriptionchange", (event) => {
  const before = event.oldSubscription?.options;
  if (before && !event.newSubscription) event.waitUntil(self.registration.pushManager.subscribe(before));
});

// A page has seen that the server knows another address, and hands over what its form would send.
self.addEventListener("message", (event) => {
  const { id, fields } = event.data;
  event.waitUntil(tell(id, fields).then((status) => event.ports[0].postMessage(status)));
});

async function tell(id, fields) {
  const sent = { method: "POST", body: new URLSearchParams(fields), credentials: "same-origin", redirect: "manual" };
  try {
    return (await fetch(`${SUBSCRIPTIONS}/${encodeURIComponent(id)}/renewal`, sent)).status;
  } catch {
    return 0;
  }
}

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
