/* Switches messages to this browser on and off; without it the page says that it takes a script. */

import { keep, kept, place, renew, standing, subscribe, working } from "./push-renewal.js";

const card = document.querySelector("[data-push]");
const { key, subscription: id, address } = card.dataset;
const subscribing = card.querySelector("[data-subscribe]");
const switchOn = subscribing.querySelector("button");

const show = (state) => {
  for (const one of card.querySelectorAll("[data-state]")) one.hidden = one.dataset.state !== state;
  subscribing.hidden = !["off", "lost", "failed"].includes(state);
};

const subscribeAnew = async () => {
  const registration = await working();
  // Another key, or what another person left here, is good no more.
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  return subscribe(registration, key);
};

switchOn.addEventListener("click", async () => {
  switchOn.disabled = true;
  try {
    if ((await Notification.requestPermission()) !== "granted") return show("denied");
    const { endpoint, keys } = (await subscribeAnew()).toJSON();
    for (const [name, value] of Object.entries({ endpoint, ...keys })) {
      const field = subscribing.elements.namedItem(name);
      if (field) field.value = value;
    }
    subscribing.requestSubmit();
  } catch {
    show("failed");
  } finally {
    switchOn.disabled = false;
  }
});

for (const button of card.querySelectorAll("[data-here]")) {
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    keep(null);
    try {
      await (await standing())?.unsubscribe();
    } finally {
      button.form.requestSubmit();
    }
  });
}

const digest = async (text) => {
  const octets = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...octets].map((one) => one.toString(16).padStart(2, "0")).join("");
};

// Is what the server has for this log-in what the browser has?
const isSame = async (held) => Boolean(id && held && (await digest(held.endpoint)) === address);

const begin = async () => {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return show("unsupported");
  if (Notification.permission === "denied") return show("denied");
  const held = await standing();
  if (await isSame(held)) {
    keep({ id, key, told: place(held) });
    return show("on");
  }
  const wanted = id ? { id, key, told: null } : kept();
  if (!wanted || Notification.permission !== "granted") return show(id ? "lost" : "off");
  try {
    // The page tells of what stood before.
    if (await renew(wanted)) return location.replace(location.pathname);
    return show((await isSame(await standing())) ? "on" : id ? "lost" : "off");
  } catch {
    return show(id ? "lost" : "off");
  }
};

begin().catch(() => show("failed"));
