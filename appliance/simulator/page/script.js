// The page of the live till: shows what the server sees, sends what the visitor does. No state of its own but focus.
const $ = (selector, root = document) => root.querySelector(selector);
const [width, height] = [Number(document.body.dataset.width), Number(document.body.dataset.height)];
const things = JSON.parse(document.body.dataset.things);
const glass = $("#glass"), keys = $("#keys"), roll = $("#roll"), paper = $("#paper"), diary = $("#diary ol");
const pen = $("#screen").getContext("2d");
const MOST_ENTRIES = 300;
let socket, state = { power: "", plugs: {} };

document.documentElement.style.setProperty("--native", `${width}px`);
document.documentElement.style.setProperty("--shape", `${width} / ${height}`);
document.documentElement.style.setProperty("--ratio", width / height);

function wish(what, more = {}) {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ do: what, ...more }));
}

function make(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

// The line to the server. What came is done in order: pictures are decoded asynchronously.

function connect() {
  socket = new WebSocket(`ws://${location.host}/live`);
  socket.binaryType = "arraybuffer";
  let last = Promise.resolve();
  socket.onmessage = ({ data }) => { last = last.then(() => (typeof data === "string" ? tell(JSON.parse(data)) : showGlass(data))); };
  socket.onopen = () => { $("#lost").hidden = true; diary.replaceChildren(); };
  socket.onclose = () => { $("#lost").hidden = false; setTimeout(connect, 1500); };
}

async function tell(news) {
  if (news.state) showState(news.state);
  if (news.log) news.log.forEach((entry) => showEntry(entry, news.old));
  if (news.paper) await showPaper(news.paper, news.fresh);
}

async function showGlass(data) {
  const top = new DataView(data).getUint16(1);
  pen.drawImage(await decode(data.slice(3)), 0, top);
}

const decode = (bytes) => createImageBitmap(new Blob([bytes], { type: "image/png" }));

// The till: power, keys, words

const POWER = {
  starting: ["La caisse démarre", "La caisse démarre", ""],
  on: ["La caisse est en marche", "", ""],
  off: ["Courant coupé", "Courant coupé", "Ce qui était écrit au journal y est encore. Remettre le courant pour vérifier."],
  stopped: ["La caisse s'est arrêtée", "La caisse s'est arrêtée", ""],
};

function showState(now) {
  state = now;
  const [text, title, detail] = POWER[now.power];
  const dead = now.power === "off" || now.power === "stopped";
  $("#power-text").textContent = text;
  $("#power-text").className = now.power;
  const power = $("#power");
  power.textContent = dead ? (now.power === "off" ? "Remettre le courant" : "Relancer la caisse") : "Couper le courant";
  power.className = dead ? "key action" : "key danger";
  power.disabled = false;
  $("#dark").hidden = now.power === "on";
  $("#dark .title").textContent = title;
  $("#dark .detail").textContent = now.power === "stopped" ? `Son programme a pris fin tout seul (code ${now.code}). « Ce qui se passe » dit ce qu'il a écrit.` : detail;
  if (dead) pen.clearRect(0, 0, width, height);
  showKeys(now.glass.hits ?? []);
  const { figures = {}, labels = [] } = now.glass;
  const said = figures.change ?? figures.due ?? figures.total ?? labels.slice(0, 6).join(", ");
  if ($("#said").textContent !== said) $("#said").textContent = said;
  showOutside(now);
}

const plain = (text) => text.replace(/\s+/g, " ").trim();

// The till takes a second tap so soon after the last for a bounce of the hand. A key that has just appeared says so,
// for those who are quicker than a hand: aria-disabled until then.
const BOUNCE = 450;
let touched = -BOUNCE;

function ripen(key) {
  const left = touched + BOUNCE - performance.now();
  if (left <= 0) return;
  key.setAttribute("aria-disabled", "true");
  setTimeout(() => key.removeAttribute("aria-disabled"), left);
}

// A real button lies over each key of the picture; one that stays keeps its focus.
function showKeys(hits) {
  const old = new Map([...keys.children].map((key) => [key.dataset.id, key]));
  const wanted = hits.map(([label, act, value, left, top, right, bottom]) => {
    const id = [label, act, value].join("|");
    const known = old.get(id);
    const key = known ?? make("button", { type: "button", "data-id": id, "aria-label": plain(label) || act });
    if (!known) ripen(key);
    old.delete(id);
    Object.assign(key.style, {
      left: `${(left / width) * 100}%`, top: `${(top / height) * 100}%`,
      width: `${((right - left) / width) * 100}%`, height: `${((bottom - top) / height) * 100}%`,
    });
    key.dataset.x = (left + right) >> 1;
    key.dataset.y = (top + bottom) >> 1;
    return key;
  });
  old.forEach((key) => key.remove());
  wanted.forEach((key, place) => { if (keys.children[place] !== key) keys.insertBefore(key, keys.children[place] ?? null); });
}

// The finger

const place = (event) => {
  const box = glass.getBoundingClientRect();
  return { x: Math.floor(((event.clientX - box.left) / box.width) * width), y: Math.floor(((event.clientY - box.top) / box.height) * height) };
};
let finger = null;
glass.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || finger !== null || state.power !== "on") return;
  finger = event.pointerId;
  glass.setPointerCapture(finger);
  wish("down", place(event));
});
glass.addEventListener("pointermove", (event) => { if (event.pointerId === finger) wish("move", place(event)); });
for (const end of ["pointerup", "pointercancel"]) {
  glass.addEventListener(end, (event) => {
    if (event.pointerId !== finger) return;
    finger = null;
    touched = performance.now();
    wish("up");
  });
}
// Without a pointer (keyboard, screen reader) a click has no count.
keys.addEventListener("click", (event) => {
  const key = event.target.closest("button");
  if (!key || event.detail !== 0) return;
  touched = performance.now();
  wish("tap", { x: Number(key.dataset.x), y: Number(key.dataset.y) });
});

// Badges and codes

const KIND = { nfc: "À présenter au lecteur de badges", barcode: "À passer au scanner : un code-barres", "": "Sans badge" };
for (const card of things.cards) {
  const key = make("button", { type: "button", class: card.kind, "aria-label": `Badge de ${card.name}` }, make("span", {}, card.name));
  if (card.pin) key.append(make("small", {}, `code ${card.pin}`));
  key.title = KIND[card.kind];
  key.disabled = !card.kind;
  key.onclick = () => wish("badge", { name: card.name });
  $("#badges .list").append(key);
}
for (const [code, label, price] of things.articles) {
  const key = make("button", { type: "button", "aria-label": `Scanner ${label}` }, make("span", {}, label), make("small", {}, price ? `${price.replace(".", ",")} €` : ""));
  key.title = `${label}, ${code}`;
  key.onclick = () => wish("scan", { code });
  $("#codes .list").append(key);
}
$("#codes form").addEventListener("submit", (event) => {
  event.preventDefault();
  const box = event.target.elements.code;
  if (box.value.trim()) wish("scan", { code: box.value.trim() });
  box.select();
});

// Printer, drawer, cables, mains

function showOutside(now) {
  $(`#paper-state input[value="${now.paper}"]`).checked = true;
  const cover = $("#cover"), printer = $("#printer-power");
  cover.textContent = now.cover ? "Fermer le capot" : "Ouvrir le capot";
  cover.classList.toggle("out", now.cover);
  printer.textContent = now.printer ? "Éteindre l'imprimante" : "Allumer l'imprimante";
  printer.classList.toggle("out", !now.printer);
  printer.disabled = now.power === "off";
  const [lamp, bad] = lampOf(now);
  $("#printer-lamp").textContent = lamp;
  $("#printer-lamp").classList.toggle("bad", bad);
  $("#drawer").classList.toggle("open", now.drawer);
  $("#drawer-text").textContent = now.drawer ? "Ouvert" : "Fermé";
  $("#shut").disabled = !now.drawer;
  for (const cable of document.querySelectorAll(".cable")) showCable(cable, now.plugs[cable.dataset.device]);
}

function lampOf(now) {
  if (now.power === "off") return ["sans courant", false];
  if (!now.printer) return ["éteinte", true];
  if (!now.plugs.printer) return ["câble débranché", true];
  if (now.cover) return ["capot ouvert", true];
  return { ok: ["prête", false], "near-end": ["papier presque fini", true], out: ["plus de papier", true] }[now.paper];
}

function showCable(cable, plugged) {
  const short = cable.closest("footer") ? ` ${cable.dataset.name}` : "";  // elsewhere the heading says what it is
  const stick = cable.dataset.device === "stick";  // not there until somebody brings it: no fault
  const verb = plugged ? "Débrancher" : stick ? "Brancher" : "Rebrancher";
  cable.textContent = `${verb}${short}`;
  cable.setAttribute("aria-label", `${verb} ${cable.dataset.name}`);
  cable.classList.toggle("out", !plugged && !stick);
}

for (const cable of document.querySelectorAll(".cable")) {
  const device = cable.dataset.device;
  cable.onclick = () => wish("plug", { device, state: state.plugs[device] ? "off" : "on" });
}
$("#power").onclick = () => wish("power", { state: state.power === "off" || state.power === "stopped" ? "on" : "off" });
$("#paper-state").onchange = (event) => wish("paper", { state: event.target.value });
$("#cover").onclick = () => wish("cover", { state: state.cover ? "closed" : "open" });
$("#printer-power").onclick = () => wish("printer", { state: state.printer ? "off" : "on" });
$("#tear").onclick = () => wish("tear");
$("#shut").onclick = () => wish("shut");

// The paper: a sheet a document, drawn on as its lines come out

async function showPaper(pieces, fresh) {
  if (fresh) roll.replaceChildren();
  for (const piece of pieces) {
    if (piece.cut) roll.lastElementChild?.classList.add("whole");
    else await addStrip(piece);
  }
  $("#paper .none").hidden = roll.childElementCount > 0;
  $("#tear").disabled = roll.childElementCount === 0;
  paper.scrollTop = paper.scrollHeight;
}

async function addStrip({ text, png }) {
  const picture = await decode(Uint8Array.from(atob(png), (sign) => sign.charCodeAt(0)));
  let sheet = roll.lastElementChild;
  if (!sheet || sheet.classList.contains("whole")) {
    sheet = make("div", { class: "sheet" }, make("canvas", { role: "img", width: picture.width, height: 0, "aria-label": "" }));
    roll.append(sheet);
  }
  const old = sheet.firstElementChild, next = old.cloneNode();
  next.height = old.height + picture.height;
  const onto = next.getContext("2d");
  if (old.height) onto.drawImage(old, 0, 0);
  onto.drawImage(picture, 0, old.height);
  next.setAttribute("aria-label", `${old.getAttribute("aria-label")}${text}\n`);
  old.replaceWith(next);
}

// The diary, and sound for those who want it

function showEntry({ at, kind, text, pitch, lasted }, old) {
  const bottom = diary.scrollTop + diary.clientHeight >= diary.scrollHeight - 30;
  diary.append(make("li", { class: kind }, make("time", {}, at), make("span", {}, text)));
  if (diary.childElementCount > MOST_ENTRIES) diary.firstElementChild.remove();
  if (bottom) diary.scrollTop = diary.scrollHeight;
  if (kind === "sound" && !old && $("#sound").checked) beep(pitch, lasted);
}

let audio, free = 0;
$("#sound").onchange = () => { audio ??= new AudioContext(); audio.resume(); };
function beep(pitch, lasted) {
  const tone = audio.createOscillator(), level = audio.createGain();
  free = Math.max(free, audio.currentTime);
  tone.frequency.value = pitch;
  level.gain.value = 0.04;
  tone.connect(level).connect(audio.destination);
  tone.start(free);
  free += lasted / 1000;
  tone.stop(free);
  free += 0.06;
}

connect();
