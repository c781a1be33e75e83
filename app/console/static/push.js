/* Switches messages to this browser on and off; without it the page says that it takes a script. */

const card = document.querySelector("[data-push]");
const { key, worker, isOn } = card.dataset;
const subscribing = card.querySelector("[data-subscribe]");
const switchOn = subscribing.querySelector("button");

const show = (state) => {
  for (const one of card.querySelectorAll("[data-state]")) one.hidden = one.dataset.state !== state;
  subscribing.hidden = !["off", "lost", "failed"].includes(state);
};

const octets = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const standing = async () => {
  const registration = await navigator.serviceWorker.getRegistration(worker);
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

const subscribe = async () => {
  const registration = await atWork(await navigator.serviceWorker.register(worker, { updateViaCache: "none" }));
  // Another key, or what another person left here, is good no more.
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: octets(key) });
};

switchOn.addEventListener("click", async () => {
  switchOn.disabled = true;
  try {
    if ((await Notification.requestPermission()) !== "granted") return show("denied");
    const { endpoint, keys } = (await subscribe()).toJSON();
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
    try {
      await (await standing())?.unsubscribe();
    } finally {
      button.form.requestSubmit();
    }
  });
}

const begin = async () => {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return show("unsupported");
  if (Notification.permission === "denied") return show("denied");
  if (!isOn) return show("off");
  return show((await standing()) ? "on" : "lost");
};

begin().catch(() => show("failed"));
