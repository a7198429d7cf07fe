// One phone in hand: shows what the exchange says about it, and sends what the person does.
"use strict";

const $ = (id) => document.getElementById(id);
const home = document.body.dataset;
let number = "";
let stream = null;
let call = null; // the call as last shown
let drawn = { sid: "", lines: 0 };
let seen = new Set(); // text messages already there when the phone was taken
let version = -1; // of what is shown
let told = false; // the line knows that we are typing

async function act(what, body) {
  const response = await fetch(`/phones/${encodeURIComponent(number)}/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: body ? JSON.stringify(body) : undefined,
  }).catch(() => null);
  if (response && response.ok) {
    complain("");
    draw(await response.json());
    return;
  }
  const answer = response ? await response.json().catch(() => null) : null;
  const reason = answer && typeof answer.detail === "string" ? answer.detail : "";
  complain(response ? reason || "这样不行，请检查输入的号码或文字。" : "交换机没有回应，请确认它还在运行。");
}

function complain(text) {
  $("problem").textContent = text;
  $("problem").hidden = !text;
}

// Taking a phone in hand ------------------------------------------------------------------

async function take(wanted) {
  if (number && number !== wanted) await act("release");
  if (stream) stream.close();
  ringer.hush();
  number = wanted;
  drawn = { sid: "", lines: 0 };
  version = -1;
  call = null;
  seen = null;
  history.replaceState(null, "", `/phone?number=${encodeURIComponent(number)}`);
  for (const button of document.querySelectorAll(".person")) {
    button.setAttribute("aria-pressed", String(button.dataset.number === number));
  }
  $("nobody").hidden = true;
  $("device").hidden = false;
  document.body.classList.add("in-hand");
  await act("take");
  stream = new EventSource(`/phones/${encodeURIComponent(number)}/events`);
  stream.onopen = () => { version = -1; complain(""); if (number) act("take"); };
  stream.onmessage = (event) => draw(JSON.parse(event.data));
  stream.onerror = () => complain("与交换机的连接断了，正在重连……");
}

async function release() {
  if (stream) stream.close();
  stream = null;
  await act("release");
  ringer.hush();
  ringer.ring(false);
  number = "";
  history.replaceState(null, "", "/phone");
  $("device").hidden = true;
  document.body.classList.remove("in-hand");
  $("nobody").hidden = false;
  document.querySelectorAll(".person").forEach((button) => button.setAttribute("aria-pressed", "false"));
}

// Drawing -----------------------------------------------------------------------------------

function draw(state) {
  if (state.number !== number || state.version < version) return; // overtaken by a newer one
  version = state.version;
  call = state.call;
  const going = Boolean(call && !call.over);
  houseClock.set(state.clock);
  $("name").textContent = state.name;
  $("face").textContent = state.name.slice(0, 1);
  $("number").textContent = state.number;
  $("device").dataset.role = state.role;
  $("behaviour").value = state.behaviour;
  drawRinging();
  $("say-form").hidden = !going || call.rings;
  $("say").disabled = !(going && call.connected);
  $("dial-form").hidden = going;
  $("asks").hidden = !(going && call.asks);
  $("status").textContent = headline();
  document.title = `${going && call.rings ? "☎ 来电 · " : ""}${state.name} · 电话`;
  drawLines();
  drawInbox(state.inbox);
}

function drawRinging() {
  const rings = Boolean(call && call.rings);
  if (rings && $("ringing").hidden) {
    $("ringing-who").textContent = call.with;
    $("ringing-number").textContent = call.with_number;
    $("ringing").hidden = false;
    $("accept").focus();
  }
  $("ringing").hidden = !rings;
  ringer.ring(rings);
}

function headline() {
  if (!call) return "电话空闲，等待来电";
  if (call.rings) return "来电振铃中";
  if (call.over) return `与${call.with}的通话：${call.words}`;
  return `${call.incoming ? "来自" : "拨给"}${call.with}：${call.words}`;
}

function drawLines() {
  const list = $("transcript");
  if (!call) { list.replaceChildren(); return; }
  if (call.sid !== drawn.sid) {
    list.replaceChildren();
    drawn = { sid: call.sid, lines: 0 };
    ringer.hush();
  }
  for (const line of call.lines.slice(drawn.lines)) {
    const bubble = document.createElement("li");
    bubble.className = line.who;
    const name = document.createElement("small");
    name.textContent = { line: call.with, other: line.name || "对方", me: "我", note: "" }[line.who];
    const text = document.createElement("span");
    text.textContent = line.text;
    bubble.append(name, text);
    list.append(bubble);
    if ((line.who === "line" || line.who === "other") && $("voice").checked) ringer.speak(line.text);
    list.scrollTop = list.scrollHeight;
  }
  drawn.lines = call.lines.length;
  if (call.over && !call.rings) told = false;
}

function drawInbox(messages) {
  const items = messages.slice().reverse().map((message) => {
    const item = document.createElement("li");
    item.className = message.mine ? "mine" : "";
    if (seen && !seen.has(message.sid)) item.classList.add("new");
    const head = document.createElement("small");
    head.textContent = `${message.mine ? "发给" : ""}${message.who} · ${message.at}`;
    const text = document.createElement("span");
    text.textContent = message.text;
    item.append(head, text);
    return item;
  });
  if (!seen) seen = new Set(messages.map((message) => message.sid));
  $("inbox").replaceChildren(...items);
  $("inbox-count").textContent = String(messages.filter((message) => !message.mine).length);
}

// Doing -------------------------------------------------------------------------------------

function press(key) {
  ringer.key(key);
  if (call && !call.over && call.connected) {
    ringer.hush();
    act("keys", { keys: key });
  } else if (!call || call.over) {
    const box = $("dial-number");
    box.value += key;
  }
}

function say(event) {
  event.preventDefault();
  const text = $("say").value.trim();
  if (!text) return;
  $("say").value = "";
  told = false;
  ringer.hush();
  act("say", { text });
}

function typing() {
  if ($("say").value && call && call.asks && !told) {
    told = true;
    act("speaking");
  }
}

function dial(to) {
  const wanted = to.replace(/[\s-]/g, "");
  if (!wanted) { $("dial-number").focus(); return; }
  act("dial", { to: wanted, withheld: $("withheld").checked });
  $("dial-number").value = "";
}

function filter() {
  const text = $("search").value.trim().toLowerCase();
  const role = document.querySelector('.role[aria-pressed="true"]').dataset.role;
  let found = 0;
  for (const button of document.querySelectorAll(".person")) {
    const fits = (!role || button.dataset.role === role) && button.dataset.find.toLowerCase().includes(text);
    button.parentElement.hidden = !fits;
    found += fits ? 1 : 0;
  }
  $("none-found").hidden = found > 0 || !document.querySelector(".person");
}

function keyboard(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !number) return;
  if (event.key === "Escape" && call && !call.over) { ringer.hush(); act("hangup"); return; }
  if (event.target.matches("input, select")) return;
  if (/^[0-9*#]$/.test(event.key)) { press(event.key); event.preventDefault(); }
  if (event.key === "t" && !$("say-form").hidden) { $("say").focus(); event.preventDefault(); }
}

async function badges() {
  const response = await fetch("/phones").catch(() => null);
  if (!response || !response.ok) return;
  const busy = await response.json();
  for (const badge of document.querySelectorAll("[data-badge]")) badge.textContent = busy[badge.dataset.badge] || "";
}

document.querySelectorAll(".person").forEach((button) => button.addEventListener("click", () => take(button.dataset.number)));
document.querySelectorAll(".key").forEach((button) => button.addEventListener("click", () => press(button.dataset.key)));
document.querySelectorAll(".role").forEach((button) => button.addEventListener("click", () => {
  document.querySelectorAll(".role").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
  filter();
}));
$("search").addEventListener("input", filter);
$("release").addEventListener("click", release);
$("accept").addEventListener("click", () => act("answer").then(() => $("say").focus()));
$("decline").addEventListener("click", () => act("hangup"));
$("hangup").addEventListener("click", () => { ringer.hush(); act("hangup"); });
$("say-form").addEventListener("submit", say);
$("say").addEventListener("input", typing);
$("dial-hotline").addEventListener("click", () => dial(home.hotline));
$("dial-form").addEventListener("submit", (event) => { event.preventDefault(); dial($("dial-number").value); });
$("sms-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const body = $("sms").value.trim();
  if (body) act("sms", { to: home.hotline, body });
  $("sms").value = "";
});
$("behaviour").addEventListener("change", (event) => act("behaviour", { behaviour: event.target.value }));
$("voice").checked = localStorage.getItem("voice") !== "off";
$("voice").addEventListener("change", (event) => {
  localStorage.setItem("voice", event.target.checked ? "on" : "off");
  if (!event.target.checked) ringer.hush();
});
document.addEventListener("keydown", keyboard);
setInterval(badges, 3000);
badges();
if (home.number) take(home.number);
