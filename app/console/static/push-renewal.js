/* Keeps messages to this browser going. Where the browser was given another address, or one has logged in anew, the
   server hears of it from the worker, since pages fetch nothing. What was switched on here is kept in this browser: the
   id of the subscription, the key it was made with, and what the server was last told. */

const KEPT = "trochlea-push";
const WORKER = "/console/static/push-worker.js";
const SETTLED = [204, 404, 409, 422]; // taken, or refused for good: not tried again before the next log-in

export const kept = () => {
  try {
    return JSON.parse(localStorage.getItem(KEPT));
  } catch {
    return null;
  }
};

export const keep = (entry) => {
  if (entry) localStorage.setItem(KEPT, JSON.stringify(entry));
  else localStorage.removeItem(KEPT);
};

/* What the server is told of: this log-in's session, at this address. */
export const place = (subscription) => `${document.body.dataset.session} ${subscription.endpoint}`;

export const standing = async () => {
  const registration = await navigator.serviceWorker.getRegistration(WORKER);
  return (await registration?.pushManager.getSubscription()) ?? null;
};

// A subscription wants a worker that is at work already.
const atWork = (registration) =>
  new Promise((resolve, reject) => {
    const one = registration.active ?? registration.waiting ?? registration.installing;
    const look = () => {
      if (one.state === "activated") resolve(registration);
      else if (one.state === "redundant") reject(new Error("no worker"));
    };
    one.addEventListener("statechange", look);
    look();
  });

export const working = async () => atWork(await navigator.serviceWorker.register(WORKER, { updateViaCache: "none" }));

const octets = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

export const subscribe = (registration, key) =>
  registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: octets(key) });

const tell = (registration, message) =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => resolve(event.data);
    registration.active.postMessage(message, [port2]);
  });

/* Have the server know where this browser is reached now; true where it was told something new and took it. */
export const renew = async (entry) => {
  const held = await standing();
  if (held && entry.told === place(held)) return false;
  const registration = await working();
  const subscription = held ?? (await subscribe(registration, entry.key));
  const told = place(subscription);
  if (entry.told === told) return false;
  const { endpoint, keys } = subscription.toJSON();
  const token = document.querySelector("[name=form_token]").value;
  const status = await tell(registration, { id: entry.id, fields: { form_token: token, endpoint, ...keys } });
  if (SETTLED.includes(status)) keep({ ...entry, told });
  return status === 204;
};

export const keepGoing = async () => {
  const entry = kept();
  if (entry && "serviceWorker" in navigator && window.Notification?.permission === "granted") await renew(entry);
};
