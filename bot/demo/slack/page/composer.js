// The box: `/exportnews` with hints, or a plain message.

import { byId, el } from "./dom.js";

const COMMAND = "/exportnews";
const MOST = 8;
let hints = [];
let chosen = -1;

export function setHints(known) { hints = known; }

function matching(text) {
  if (text.startsWith("/") && COMMAND.startsWith(text)) return [{ text: "", about: "Search export-control news, choose topics" }];
  if (!text.startsWith(`${COMMAND} `)) return [];
  const typed = text.slice(COMMAND.length + 1).toLowerCase();
  const begin = hints.filter((hint) => hint.text.startsWith(typed) && hint.text !== typed);
  return begin.slice(0, MOST);
}

function show(found) {
  const list = byId("hints");
  const box = byId("box");
  chosen = -1;
  list.replaceChildren(...found.map((hint, index) => el("li", {
    role: "option", id: `hint-${index}`, "aria-selected": "false", "data-text": `${COMMAND} ${hint.text}`,
    onmousedown: (event) => { event.preventDefault(); take(index); },
  }, el("code", {}, `${COMMAND} ${hint.text}`), el("span", {}, hint.about))));
  list.hidden = found.length === 0;
  box.setAttribute("aria-expanded", String(!list.hidden));
  box.removeAttribute("aria-activedescendant");
}

function choose(step) {
  const items = [...byId("hints").children];
  chosen = (chosen + step + items.length) % items.length;
  items.forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  items[chosen].scrollIntoView({ block: "nearest" });
  byId("box").setAttribute("aria-activedescendant", `hint-${chosen}`);
}

function take(index) {
  const item = byId("hints").children[index];
  byId("box").value = item.dataset.text;
  byId("box").focus();
  show(item.dataset.text === `${COMMAND} ` ? matching(`${COMMAND} `) : []);
}

const history = [];
let past = 0;

export function startComposer(send) {
  const box = byId("box");
  const go = async () => {
    const text = box.value.trim();
    if (!text) return;
    history.push(text);
    past = history.length;
    box.value = "";
    grow();
    show([]);
    await send(text);
  };
  const grow = () => { box.style.height = "auto"; box.style.height = `${Math.min(box.scrollHeight, 160)}px`; };
  box.addEventListener("input", () => { grow(); show(matching(box.value)); });
  box.addEventListener("blur", () => show([]));
  box.addEventListener("keydown", (event) => {
    const open = !byId("hints").hidden;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      if (open && chosen >= 0) take(chosen); else go();
    } else if (open && event.key === "ArrowDown") choose(1);
    else if (open && event.key === "ArrowUp") choose(chosen < 0 ? 0 : -1);
    else if (open && event.key === "Tab" && !event.shiftKey) take(Math.max(chosen, 0));
    else if (open && event.key === "Escape") show([]);
    else if (event.key === "ArrowUp" && !box.value && past > 0) box.value = history[--past];
    else return;
    event.preventDefault();
  });
  byId("composer").addEventListener("submit", (event) => { event.preventDefault(); go(); });
  for (const button of document.querySelectorAll(".try")) {
    button.addEventListener("click", () => { box.value = button.textContent; box.focus(); grow(); });
  }
}
