// What the pages do better with JavaScript; all of them work without it.

// The content security policy forbids evaluated code and styles in the page; going back loads the page anew.
Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  scrollIntoViewOnBoost: false,
});

const all = (selector, root = document) => root.querySelectorAll(selector);

document.documentElement.classList.add("scripted");

// Menus that float close by Escape and by a press elsewhere.
const closeMenus = (except) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(except)) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A form is sent once; coming back to the page opens it again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  else form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of all("form[data-sent]")) delete form.dataset.sent;
});

// Leaving a form that was changed and not sent asks first.
let changed = null;
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.hasAttribute("data-guard")) changed = form;
});
addEventListener("beforeunload", (event) => {
  if (changed && !changed.dataset.sent) event.preventDefault();
});

// A form that is kept while it is typed says so where it was not, and is not left without a question.
document.addEventListener("htmx:afterRequest", ({ detail: { elt, target, successful } }) => {
  if (!elt.dataset.unsaved) return;
  changed = successful ? null : elt;
  if (successful) return;
  target.textContent = elt.dataset.unsaved;
  target.dataset.kind = "error";
});

// What went wrong is read first.
document.querySelector("[data-focus]")?.focus();

// A list that htmx replaces keeps what the reader has opened, where they have scrolled and what they stand on.
let kept = null;
document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  const active = document.activeElement;
  kept = {
    open: new Map([...all("details[id]", target)].map((details) => [details.id, details.open])),
    scroll: new Map([...all("details[id] .long", target)].map((list) => [list.parentNode.id, list.scrollTop])),
    focus: target.contains(active) && active.name && `[name="${active.name}"][value="${CSS.escape(active.value)}"]`,
  };
});
document.addEventListener("htmx:afterSettle", ({ detail: { elt } }) => {
  if (!kept) return;
  for (const [id, open] of kept.open) document.getElementById(id)?.toggleAttribute("open", open);
  for (const [id, top] of kept.scroll) document.getElementById(id)?.querySelector(".long")?.scrollTo(0, top);
  if (kept.focus) elt.querySelector(kept.focus)?.focus({ preventScroll: true });
  const words = document.querySelector("[data-words]");
  if (words && words !== document.activeElement) words.value = new URLSearchParams(location.search).get("q") ?? "";
  const announced = document.querySelector("[data-announce]");
  if (announced) announced.textContent = elt.querySelector("[data-count]")?.textContent;
  kept = null;
});

// Words are searched for while they are typed; leaving the field is no news.
document.addEventListener("change", (event) => event.target.matches("[data-words]") && event.stopPropagation(), true);

// Addresses carry only what was chosen.
document.addEventListener("htmx:configRequest", ({ detail: { parameters } }) => {
  for (const name of [...parameters.keys()]) if (!parameters.getAll(name).some(Boolean)) parameters.delete(name);
});

// An address is copied by one press.
for (const button of all("button[data-copy]")) button.hidden = !navigator.clipboard;
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
  button.querySelector("[role=status]").textContent = button.dataset.done;
});

// By the zone of the account, else that of the device; there are browsers that have not heard of the newest zones.
const clockOf = (timeZone) => {
  try {
    return new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "short", timeZone }); // 2026-12-16 08:00
  } catch {
    return clockOf();
  }
};

// Beside a time by the clock of its place stands the reader's own, where it is another.
const sayYours = () => {
  const { lang, dataset: { yours, zone } } = document.documentElement, clock = clockOf(zone || undefined);
  for (const time of all("time[data-clock]")) {
    delete time.dataset.clock;
    const [day, there] = time.dateTime.split("T"), [ownDay, own] = clock.format(new Date(time.dateTime)).split(" ");
    const inWords = { day: "numeric", month: "long", timeZone: "UTC" };
    const otherDay = ownDay !== day && new Date(ownDay).toLocaleDateString(lang, inWords);
    if (!otherDay && own === there.slice(0, 5)) continue;
    const said = document.createElement("span");
    said.className = "yours";
    said.textContent = yours.replace("{time}", otherDay ? `${otherDay}, ${own}` : own);
    time.append("\u00a0", said); // with its dot at the end of the line, if it goes to the next
  }
};
sayYours();
document.addEventListener("htmx:afterSettle", sayYours);
