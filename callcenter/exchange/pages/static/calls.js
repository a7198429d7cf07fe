// Keeps the list of calls and the open time line fresh, and switches faults.
"use strict";

const parts = document.getElementById("parts");
const faults = document.getElementById("faults");
const sid = document.body.dataset.sid;
let shown = "";

async function refresh() {
  if (document.hidden) return;
  const response = await fetch(`/calls/parts?sid=${encodeURIComponent(sid)}`).catch(() => null);
  if (!response || !response.ok) return;
  const text = await response.text();
  if (text === shown) return;
  shown = text;
  const open = new Set([...parts.querySelectorAll("details[open]")].map((one) => one.dataset.key));
  const list = parts.querySelector(".calls ol");
  const scroll = list ? list.scrollTop : 0;
  const focused = parts.contains(document.activeElement) ? document.activeElement.dataset.testid : "";
  parts.innerHTML = text; // rendered and escaped by the exchange itself
  parts.querySelectorAll("details").forEach((one) => { one.open = open.has(one.dataset.key); });
  const fresh = parts.querySelector(".calls ol");
  if (fresh) fresh.scrollTop = scroll;
  if (focused) parts.querySelector(`[data-testid="${focused}"]`)?.focus();
}

async function change() {
  const wanted = {};
  for (const slider of faults.querySelectorAll("input")) {
    wanted[slider.name] = Number(slider.value) / 100;
  }
  const response = await fetch("/faults", { method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify(wanted) }).catch(() => null);
  if (!response || !response.ok) return;
  const inForce = await response.json(); // what is shown is what the exchange has taken
  for (const slider of faults.querySelectorAll("input")) {
    slider.parentElement.querySelector("output").textContent = `${Math.round(inForce[slider.name] * 100)}%`;
  }
}

faults.addEventListener("input", change);
document.getElementById("faults-off").addEventListener("click", () => {
  faults.querySelectorAll("input").forEach((slider) => { slider.value = 0; });
  change();
});
setInterval(refresh, 1500);
