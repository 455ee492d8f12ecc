// Input blocks of modals: a label, something to fill in, and how to read it.

import { el, post } from "./dom.js";
import { textNode } from "./blocks.js";
import { choices, several, workspace } from "./elements.js";

let numbers = 0;
const optionsOf = (one) => one.options ?? (one.option_groups ?? []).flatMap((group) => group.options);

export function input(block, use, values) {
  const one = block.element;
  const id = `input-${++numbers}`;
  const kept = values[block.block_id]?.[one.action_id];
  const control = (CONTROLS[one.type] ?? text)(one, id, kept);
  const grouped = !["INPUT", "SELECT", "TEXTAREA"].includes(control.tagName) && !one.type.endsWith("external_select");
  const node = el(grouped ? "fieldset" : "div", { class: "input" },
    el(grouped ? "legend" : "label", grouped ? {} : { for: id }, textNode(block.label),
      block.optional ? el("small", {}, " (optional)") : null),
    control,
    block.hint ? el("p", { class: "help", id: `${id}-hint` }, textNode(block.hint)) : null,
    el("p", { class: "error", role: "alert", hidden: true }));
  if (block.hint) control.setAttribute("aria-describedby", `${id}-hint`);
  node.read = () => ({ block: block.block_id, action: one.action_id, value: control.read ? control.read() : control.value || null });
  if (block.dispatch_action) control.addEventListener("change", () => use(one.action_id, node.read().value, one));
  return node;
}

function text(one, id, kept) {
  const value = kept?.value ?? one.initial_value ?? "";
  const shared = { id, value, placeholder: one.placeholder?.text, minlength: one.min_length, maxlength: one.max_length };
  if (one.multiline) return el("textarea", { ...shared, rows: 4 });
  const type = { number_input: "number", email_text_input: "email", url_text_input: "url" }[one.type] ?? "text";
  return el("input", { ...shared, type });
}

function select(one, id, kept) {
  const initial = (kept?.selected_option ?? one.initial_option)?.value ?? "";
  return el("select", { id },
    el("option", { value: "" }, one.placeholder?.text ?? "Choose"),
    ...optionsOf(one).map((option) => el("option", { value: option.value, selected: option.value === initial }, textNode(option.text))));
}

function directory(kind, chosen) {
  return (one, id, kept) => {
    const initial = kept?.[`selected_${chosen}`] ?? one[`initial_${chosen}`] ?? "";
    return el("select", { id }, el("option", { value: "" }, one.placeholder?.text ?? "Choose"),
      ...workspace[kind].map((entry) => el("option", { value: entry.id, selected: entry.id === initial }, kind === "channels" ? `#${entry.name}` : entry.name)));
  };
}

function external(one, id) {
  const list = el("datalist", { id: `${id}-list` });
  const field = el("input", { id, list: `${id}-list`, placeholder: one.placeholder?.text });
  let known = [];
  field.addEventListener("input", async () => {
    if (field.value.length < (one.min_query_length ?? 3)) return;
    const said = await post("suggest", { view: field.closest("[data-view]").dataset.view, action: one.action_id, typed: field.value });
    known = said.options ?? [];
    list.replaceChildren(...known.map((option) => el("option", { value: option.text.text })));
  });
  const node = el("div", {}, field, list);
  node.read = () => {
    const found = known.find((option) => option.text.text === field.value) ?? null;
    return one.type.startsWith("multi") ? (found ? [found] : []) : found;
  };
  return node;
}

const withKept = (one, kept) => ({ ...one, initial_options: kept?.selected_options ?? one.initial_options });

const CONTROLS = {
  plain_text_input: text, number_input: text, email_text_input: text, url_text_input: text,
  static_select: select,
  radio_buttons: (one, id, kept) => choices({ ...one, initial_option: kept?.selected_option ?? one.initial_option }, "radio"),
  checkboxes: (one, id, kept) => choices(withKept(one, kept), "checkbox"),
  multi_static_select: (one, id, kept) => several(withKept(one, kept)),
  external_select: external, multi_external_select: external,
  users_select: directory("users", "user"), channels_select: directory("channels", "channel"),
  conversations_select: directory("channels", "conversation"),
  datepicker: (one, id, kept) => el("input", { id, type: "date", value: kept?.selected_date ?? one.initial_date }),
  timepicker: (one, id, kept) => el("input", { id, type: "time", value: kept?.selected_time ?? one.initial_time }),
};
