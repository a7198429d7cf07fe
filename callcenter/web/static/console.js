// The little that pages need beyond htmx: pausing when hidden, saying when the server is lost,
// the demonstration clock, and moving through lists with the keyboard. No inline script anywhere.
"use strict";

const lost = () => document.getElementById("lost");
const app = () => document.getElementById("app");

// A hidden page does not ask; one that is shown again asks at once.
document.addEventListener("htmx:before:request", (event) => {
  if (document.hidden) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && app()?.hasAttribute("hx-get")) htmx.trigger(app(), "refresh");
});

// What is shown may be old: say so in words instead of looking calm.
const say = (words) => {
  const bar = lost();
  if (!bar) return;
  bar.hidden = !words;
  if (words) bar.firstChild.textContent = words;
};
document.addEventListener("htmx:error", () => {
  say("与服务器的连接断了，页面上的内容可能已经过时。");
});
document.addEventListener("htmx:response:error", (event) => {
  const status = event.detail?.ctx?.response?.raw?.status ?? event.detail?.ctx?.response?.status;
  say(status === 401 ? "登录已经过期，请重新登录。" : "服务器没有正常回答，页面上的内容可能已经过时。");
});
document.addEventListener("htmx:after:swap", (event) => {
  if (event.target?.id === "app" || event.detail?.ctx?.target?.id === "app") say("");
});

// Demonstration time runs on between two refreshes.
let seen = "";
let since = 0;
setInterval(() => {
  const clock = document.getElementById("house-clock");
  if (!clock) return;
  if (seen !== clock.dataset.at) {
    seen = clock.dataset.at;
    since = Date.now();
  }
  const now = new Date(Number(seen) + (Date.now() - since) * Number(clock.dataset.speed));
  const part = (options) => now.toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", ...options });
  const day = part({ month: "long", day: "numeric", weekday: "short" });
  clock.textContent = `${day} ${part({ hour: "numeric", minute: "2-digit", second: "2-digit", hour12: false })}`;
}, 250);

// "/" goes to the search, j and k move through a list; never while something is being typed.
const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "/") {
    event.preventDefault();
    const field = document.getElementById("q");
    if (field) field.focus();
    else location.assign("/console/elders");
    return;
  }
  if (event.key !== "j" && event.key !== "k") return;
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const here = rows.indexOf(document.activeElement);
  const next = event.key === "j" ? here + 1 : here < 0 ? 0 : here - 1;
  rows[Math.max(0, Math.min(rows.length - 1, next))].focus();
});

// A changed choice filters at once; the button stays for those without script.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form.filter");
  if (form) form.requestSubmit();
});

// The newest words of a conversation are in sight when its page opens.
const words = document.querySelector(".transcript");
if (words) words.scrollTop = words.scrollHeight;
