/* What the console is the better for, and works without: arrows in the caseload, a key for the search, one sending,
   the newest end of a chart, the focus where something was refused, and messages to this browser kept going. */
"use strict";

const rows = [...document.querySelectorAll("[data-rows] tbody th a")];
const isTyping = (target) => target.matches("input, select, textarea");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "/" && document.querySelector("input[type=search]")) {
    document.querySelector("input[type=search]").focus();
    event.preventDefault();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && rows.length) {
    const at = rows.indexOf(document.activeElement);
    const next = event.key === "ArrowDown" ? Math.min(at + 1, rows.length - 1) : Math.max(at - 1, 0);
    rows[next].focus();
    event.preventDefault();
  }
});

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// On a narrow screen the newest weeks are seen first.
for (const drawing of document.querySelectorAll(".drawing")) drawing.scrollLeft = drawing.scrollWidth;

const alert = document.querySelector("[role=alert]");
if (alert) {
  alert.tabIndex = -1;
  alert.focus();
}

if (document.body.dataset.session && !document.querySelector("[data-push]") && localStorage.getItem("trochlea-push")) {
  import("/console/static/push-renewal.js").then((push) => push.keepGoing()).catch(() => {});
}
