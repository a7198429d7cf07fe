// What the chat page does better with a script: no reloading, new answers appear, reading aloud,
// speaking instead of typing. Everything else works without it.
"use strict";

const log = document.getElementById("log");
const state = document.getElementById("status");
const urgent = document.getElementById("urgent");
const composer = document.getElementById("composer");
const text = document.getElementById("text");
const notice = document.getElementById("notice");
const aloud = document.getElementById("aloud");
const speak = document.getElementById("speak");
const quick = document.getElementById("quick");
const synthesis = window.speechSynthesis;
const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;

const LOOK = 3000; // milliseconds between two looks for a new answer
const LOOK_HIDDEN = 15000; // the same while nobody looks at the page
const GIVE_UP = 20000; // for one request
const OFFLINE = "没有送出去，请看看网络通不通，再按一次。急事请打电话。";

let last = Number(log.dataset.last);
let sending = false;
let timer = 0;

// Asking the server.

async function ask(url, options) {
  const reply = await fetch(url, {
    ...options,
    headers: { Accept: "application/json" },
    credentials: "same-origin",
    signal: AbortSignal.timeout ? AbortSignal.timeout(GIVE_UP) : undefined,
  });
  const given = await reply.json();
  if (!reply.ok) throw new Refusal(given.detail);
  return given;
}

class Refusal extends Error {}

async function say(fields, shown) {
  if (sending) return;
  busy(true);
  tell("");
  const going = shown ? showGoing(shown) : null;
  try {
    const body = new URLSearchParams({ ...fields, after: String(last) });
    const given = await ask("/chat/say", { method: "POST", body });
    if (going) going.remove();
    text.value = "";
    grow();
    if (quick) quick.hidden = true;
    show(given);
  } catch (error) {
    if (going) going.remove();
    tell(error instanceof Refusal ? error.message : OFFLINE);
  } finally {
    busy(false);
  }
}

async function look() {
  clearTimeout(timer);
  try {
    if (!sending && last > 0) {
      const asked = last;
      const given = await ask("/chat/new?after=" + asked);
      if (!sending && asked === last && !given.over) show(given);
    }
  } catch {
    // The network is away for a moment: the next look tries again.
  }
  timer = setTimeout(look, document.hidden ? LOOK_HIDDEN : LOOK);
}

// Showing.

function show(given) {
  place(state, given.status);
  place(urgent, given.urgent);
  if (given.last === last) return;
  document.getElementById("hello")?.remove(); // it is on record now, and comes with the lines
  last = given.last;
  const before = log.children.length;
  log.insertAdjacentHTML("beforeend", given.lines); // the same
  const fresh = [...log.children].slice(before);
  for (const line of fresh) {
    line.classList.add("fresh");
    withHear(line);
  }
  toEnd();
  const answers = fresh.filter((line) => line.dataset.who !== "caller");
  if (reading()) answers.forEach(read);
}

function place(where, html) {
  if (where.dataset.html === html) return;
  where.dataset.html = html;
  where.innerHTML = html; // rendered and escaped by our own server
}

function showGoing(words) {
  const line = document.createElement("li");
  line.className = "line caller going";
  line.dataset.who = "caller";
  const who = document.createElement("p");
  who.className = "who";
  who.textContent = "我（正在送出）";
  const said = document.createElement("p");
  said.className = "words";
  said.textContent = words.slice(0, 300);
  line.append(who, said);
  log.append(line);
  toEnd();
  return line;
}

function tell(words) {
  notice.textContent = words;
  notice.hidden = !words;
}

function busy(now) {
  sending = now;
  for (const one of document.querySelectorAll("#composer .send, #quick button")) {
    one.disabled = now;
  }
}

function toEnd() {
  const end = urgent.firstElementChild || log.lastElementChild;
  if (end) end.scrollIntoView({ block: "nearest" });
}

function grow() {
  text.style.height = "";
  if (text.value) text.style.height = text.scrollHeight + 4 + "px";
}

// Reading aloud.

function reading() {
  return Boolean(synthesis) && aloud.getAttribute("aria-pressed") === "true";
}

function read(line) {
  const words = new SpeechSynthesisUtterance(line.querySelector(".words").textContent);
  words.lang = "zh-CN";
  words.rate = 0.85;
  synthesis.speak(words);
}

function withHear(line) {
  if (!synthesis || line.dataset.who === "caller" || line.querySelector(".hear")) return;
  const button = document.getElementById("hear").content.firstElementChild.cloneNode(true);
  button.addEventListener("click", () => {
    synthesis.cancel();
    read(line);
  });
  line.append(button);
}

function setAloud(on) {
  aloud.setAttribute("aria-pressed", String(on));
  aloud.textContent = on ? "朗读：开" : "朗读：关";
  if (!on) synthesis.cancel();
  keep("aloud", on ? "1" : "");
}

function keep(name, value) {
  try {
    localStorage.setItem("xixin-" + name, value);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

function kept(name) {
  try {
    return localStorage.getItem("xixin-" + name) || "";
  } catch {
    return "";
  }
}

// Speaking instead of typing: what was recognised is shown first, and sent by the elder.

function listen() {
  const ear = new Recognition();
  ear.lang = "zh-CN";
  ear.interimResults = true;
  const typed = text.value;
  ear.onresult = (event) => {
    text.value = typed + [...event.results].map((one) => one[0].transcript).join("");
    grow();
  };
  ear.onerror = () => tell("没有听清，请再按一次“说话”，或者打字。");
  ear.onend = () => {
    speak.setAttribute("aria-pressed", "false");
    text.focus();
  };
  speak.setAttribute("aria-pressed", "true");
  tell("");
  ear.start();
}

// Beginning.

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const what = event.submitter ? event.submitter.value : "say";
  const words = text.value;
  const shown = what === "say" ? words.trim() : "";
  say({ do: what, text: words }, shown);
});
if (quick) {
  quick.addEventListener("submit", (event) => {
    event.preventDefault();
    say({ quick: event.submitter.value }, event.submitter.value);
  });
}
text.addEventListener("input", grow);
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit(composer.querySelector(".send"));
});
for (const one of document.querySelectorAll("[data-size]")) {
  one.addEventListener("click", async (event) => {
    event.preventDefault();
    document.documentElement.className = one.dataset.size;
    for (const other of document.querySelectorAll("[data-size]")) {
      if (other === one) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
    grow();
    fetch(one.href, { credentials: "same-origin", redirect: "manual" }).catch(() => {});
  });
}
if (synthesis) {
  aloud.hidden = false;
  setAloud(kept("aloud") === "1");
  aloud.addEventListener("click", () => setAloud(!reading()));
  for (const line of log.children) withHear(line);
}
if (Recognition) {
  speak.hidden = false;
  speak.addEventListener("click", listen);
}
document.addEventListener("visibilitychange", look);
if (last > 0) toEnd();
look();
