// Interactive elements of messages and views: buttons, menus, pickers.

import { byId, el, safeUrl } from "./dom.js";
import { textNode } from "./blocks.js";

const optionsOf = (one) => one.options ?? (one.option_groups ?? []).flatMap((group) => group.options);
const label = (one) => one.accessibility_label ?? one.placeholder?.text ?? one.action_id;

export function element(one, use) {
  const make = ELEMENTS[one.type];
  return make ? make(one, use) : el("span", { class: "help" }, `(an element of type ${one.type})`);
}

const ELEMENTS = {
  button: (one, use) => {
    const attributes = {
      class: `button ${one.style ?? ""}`,
      "aria-label": one.accessibility_label,
      "data-action": one.action_id,
      onclick: () => confirmed(one, () => use(one.action_id, one.value ?? "", one)),
    };
    if (!one.url) return el("button", { type: "button", ...attributes }, textNode(one.text));
    return el("a", { ...attributes, href: safeUrl(one.url), target: "_blank", rel: "noopener noreferrer" }, textNode(one.text));
  },
  overflow: (one, use) => menu(one, use),
  static_select: (one, use) => select(one, use),
  external_select: (one, use) => select(one, use),
  radio_buttons: (one, use) => choices(one, "radio", (value) => confirmed(one, () => use(one.action_id, value, one))),
  checkboxes: (one, use) => choices(one, "checkbox", (value) => use(one.action_id, value, one)),
  datepicker: (one, use) => picker(one, "date", one.initial_date, use),
  timepicker: (one, use) => picker(one, "time", one.initial_time, use),
  users_select: (one, use) => directory(one, use, "users", one.initial_user),
  channels_select: (one, use) => directory(one, use, "channels", one.initial_channel),
  conversations_select: (one, use) => directory(one, use, "channels", one.initial_conversation),
  multi_static_select: (one, use) => several(one, (value) => use(one.action_id, value, one)),
};

export const workspace = { users: [], channels: [] };

function select(one, use) {
  const initial = one.initial_option?.value ?? "";
  const node = el("select", {
    class: "select", "aria-label": label(one), "data-action": one.action_id,
    onchange: (event) => confirmed(one, () => use(one.action_id, event.target.value, one)),
  }, el("option", { value: "", disabled: true, selected: !initial }, one.placeholder?.text ?? "Choose"),
  ...optionsOf(one).map((option) =>
    el("option", { value: option.value, selected: option.value === initial }, textNode(option.text))));
  return node;
}

function directory(one, use, kind, initial) {
  return el("select", {
    class: "select", "aria-label": label(one), "data-action": one.action_id,
    onchange: (event) => use(one.action_id, event.target.value, one),
  }, el("option", { value: "", disabled: true, selected: !initial }, one.placeholder?.text ?? "Choose"),
  ...workspace[kind].map((entry) =>
    el("option", { value: entry.id, selected: entry.id === initial }, entry.name)));
}

function picker(one, type, initial, use) {
  return el("input", {
    type, value: initial, class: "select", "aria-label": label(one), "data-action": one.action_id,
    onchange: (event) => use(one.action_id, event.target.value, one),
  });
}

export function choices(one, type, changed) {
  const many = type === "checkbox";
  const initial = new Set((one.initial_options ?? (one.initial_option ? [one.initial_option] : [])).map((o) => o.value));
  const name = `c${Math.random().toString(36).slice(2)}`;
  const node = el("div", { class: "choices", role: many ? "group" : "radiogroup", "aria-label": label(one), "data-action": one.action_id });
  const read = () => {
    const on = [...node.querySelectorAll("input:checked")].map((box) => box.value);
    return many ? on : on[0];
  };
  for (const option of optionsOf(one)) {
    node.append(el("label", {},
      el("input", { type, name, value: option.value, checked: initial.has(option.value), onchange: () => changed?.(read()) }),
      el("span", {}, textNode(option.text),
        option.description ? el("small", {}, textNode(option.description)) : null)));
  }
  node.read = read;
  return node;
}

// Several choices in little room: the chosen ones as a line, all of them when it is opened.
export function several(one, changed) {
  const summary = el("summary", {});
  const list = choices(one, "checkbox", (value) => { name(); changed?.(value); });
  const name = () => {
    const on = [...list.querySelectorAll("input:checked")].map((box) => box.parentElement.innerText.trim());
    summary.replaceChildren(on.length ? on.join(", ") : el("span", { class: "help" }, one.placeholder?.text ?? "Choose"));
  };
  const node = el("details", { class: "several" }, summary, list);
  node.read = list.read;
  const initial = (one.initial_options ?? []).map((option) => option.text.text);
  summary.append(initial.length ? initial.join(", ") : el("span", { class: "help" }, one.placeholder?.text ?? "Choose"));
  return node;
}

let openMenu = null;

function menu(one, use) {
  const list = el("ul", { class: "menu-list", role: "menu", hidden: true });
  const close = (focus) => {
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (openMenu === close) openMenu = null;
    if (focus) button.focus();
  };
  const button = el("button", {
    type: "button", class: "button dots", "aria-label": "More actions", "aria-haspopup": "menu",
    "aria-expanded": "false", "data-action": one.action_id,
    onclick: () => {
      if (!list.hidden) return close();
      openMenu?.();
      openMenu = close;
      list.hidden = false;
      const room = (button.closest(".messages, .home, .body") ?? document.body).getBoundingClientRect().bottom;
      list.classList.toggle("up", button.getBoundingClientRect().bottom + list.offsetHeight + 12 > room);
      button.setAttribute("aria-expanded", "true");
      list.querySelector("button").focus();
    },
  }, "⋯");
  for (const option of one.options) {
    list.append(el("li", { role: "none" }, el("button", {
      type: "button", role: "menuitem",
      onclick: () => {
        close(true);
        if (option.url) window.open(safeUrl(option.url), "_blank", "noopener");
        confirmed(one, () => use(one.action_id, option.value, one));
      },
    }, textNode(option.text))));
  }
  list.addEventListener("keydown", (event) => {
    const items = [...list.querySelectorAll("button")];
    const at = items.indexOf(document.activeElement);
    if (event.key === "Escape") close(true);
    else if (event.key === "ArrowDown") items[(at + 1) % items.length].focus();
    else if (event.key === "ArrowUp") items[(at + items.length - 1) % items.length].focus();
    else return;
    event.preventDefault();
  });
  return el("span", { class: "menu-holder" }, button, list);
}

document.addEventListener("click", (event) => {
  if (openMenu && !event.target.closest(".menu-holder")) openMenu();
});

function confirmed(one, go) {
  const asked = one.confirm;
  if (!asked) return go();
  const dialog = byId("confirm");
  dialog.replaceChildren(
    el("h2", { id: "confirm-title" }, textNode(asked.title)),
    el("p", {}, textNode(asked.text)),
    el("div", { class: "dialog-foot" },
      el("button", { type: "button", class: "button", onclick: () => dialog.close() }, textNode(asked.deny)),
      el("button", { type: "button", class: "button primary", onclick: () => { dialog.close(); go(); } }, textNode(asked.confirm))));
  dialog.showModal();
}
