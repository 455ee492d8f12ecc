// Modals and the app's Home.

import { byId, el, post } from "./dom.js";
import { blocksNode, textNode } from "./blocks.js";

let shownHash = "";
const useIn = (view, inputs = () => []) => (action, value) =>
  post("view-click", { view: view.id, action, value, values: saidBy(inputs()) });

// What fields are set to, by block and action.
function saidBy(inputs) {
  const values = {};
  for (const node of inputs) {
    const said = node.read();
    (values[said.block] ??= {})[said.action] = said.value;
  }
  return values;
}

const inputsOf = (node) => [...node.querySelectorAll(".input")];

export function showModals(views) {
  const dialog = byId("modal");
  const view = views.at(-1);
  if (!view) {
    shownHash = "";
    if (dialog.open) dialog.close();
    return;
  }
  if (view.hash === shownHash) return;
  shownHash = view.hash;
  dialog.dataset.view = view.id;
  dialog.replaceChildren(form(view));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("summary, input, select, textarea, .body button, .dialog-foot button")?.focus();
}

byId("modal").addEventListener("cancel", (event) => {
  event.preventDefault();
  post("close", { view: event.target.dataset.view });
});

function form(view) {
  const body = view.body;
  const close = () => post("close", { view: view.id });
  return el("form", { class: "view", novalidate: true, onsubmit: (event) => submit(event, view) },
    el("header", {}, el("h2", { id: "modal-title" }, textNode(body.title)),
      el("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: close }, "✕")),
    el("div", { class: "body" }, blocksNode(body.blocks, useIn(view, () => inputsOf(byId("modal"))), view.values)),
    el("div", { class: "dialog-foot" },
      el("button", { type: "button", class: "button", onclick: close }, body.close ? textNode(body.close) : "Close"),
      body.submit ? el("button", { type: "submit", class: "button primary" }, textNode(body.submit)) : null));
}

async function submit(event, view) {
  event.preventDefault();
  const inputs = inputsOf(event.target);
  const values = saidBy(inputs);
  const missing = missingOf(view, values);
  if (Object.keys(missing).length) return showErrors(inputs, missing);
  const answer = await post("submit", { view: view.id, values });
  showErrors(inputs, answer.errors ?? {});
}

function missingOf(view, values) {
  const missing = {};
  for (const block of view.body.blocks) {
    if (block.type !== "input" || block.optional) continue;
    const value = values[block.block_id]?.[block.element.action_id];
    if (value === null || value === undefined || value.length === 0) missing[block.block_id] = "Please complete this required field.";
  }
  return missing;
}

function showErrors(inputs, errors) {
  let first = null;
  for (const node of inputs) {
    const said = errors[node.dataset.block];
    const place = node.querySelector(".error");
    place.textContent = said ?? "";
    place.hidden = !said;
    if (said && !first) first = node;
  }
  first?.querySelector("summary, input, select, textarea")?.focus();
}

let homeHash = null;

export function showHome(view) {
  const place = byId("home");
  const hash = view?.hash ?? "";
  if (hash === homeHash) return;
  homeHash = hash;
  place.replaceChildren(view ? blocksNode(view.body.blocks, useIn(view), view.values)
    : el("p", { class: "help" }, "The app has not published its Home yet."));
}
