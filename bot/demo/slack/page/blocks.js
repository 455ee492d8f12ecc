// Block Kit as DOM nodes. `use(action, value, element)` is called when somebody uses an element.

import { el, safeUrl } from "./dom.js";
import { emoji, link, mrkdwn } from "./mrkdwn.js";
import { element } from "./elements.js";
import { input } from "./inputs.js";

export function textNode(text) {
  if (!text) return document.createTextNode("");
  if (text.type === "mrkdwn") return mrkdwn(text.text);
  return document.createTextNode(text.emoji === false ? text.text : emoji(text.text));
}

const picture = (block) =>
  el("img", { src: safeUrl(block.image_url ?? ""), alt: block.alt_text, loading: "lazy" });

const BLOCKS = {
  section: (block, use) => el("div", { class: "section" },
    el("div", { class: "words" },
      block.text ? el("p", {}, textNode(block.text)) : null,
      block.fields ? el("div", { class: "fields" },
        ...block.fields.map((field) => el("p", {}, textNode(field)))) : null),
    block.accessory ? (block.accessory.type === "image"
      ? el("div", { class: "thumb" }, picture(block.accessory)) : element(block.accessory, use)) : null),
  header: (block) => el("h3", { class: "header" }, textNode(block.text)),
  context: (block) => el("div", { class: "context" }, ...block.elements.map((one) =>
    one.type === "image" ? picture(one) : el("span", {}, textNode(one)))),
  actions: (block, use) =>
    el("div", { class: "actions" }, ...block.elements.map((one) => element(one, use))),
  context_actions: (block, use) =>
    el("div", { class: "actions" }, ...block.elements.map((one) => element(one, use))),
  divider: () => el("hr"),
  image: (block) => el("figure", {}, picture(block),
    block.title ? el("figcaption", {}, textNode(block.title)) : null),
  input: (block, use, values) => input(block, use, values),
  markdown: (block) => el("div", { class: "markdown" }, mrkdwn(fromMarkdown(block.text))),
  rich_text: (block) => el("div", { class: "rich" }, ...block.elements.map(rich)),
  table: (block) => el("div", { class: "table" }, el("table", {}, ...block.rows.map((row, index) =>
    el("tr", {}, ...row.map((cell) => el(index ? "td" : "th", index ? {} : { scope: "col" }, tableCell(cell))))))),
};

export function blocksNode(blocks, use, values = {}) {
  const out = el("div", { class: "blocks" });
  for (const block of blocks) {
    const make = BLOCKS[block.type];
    const node = make ? make(block, use, values) : el("p", { class: "help" }, `(a block of type ${block.type})`);
    node.dataset.block = block.block_id ?? "";
    out.append(node);
  }
  return out;
}

const fromMarkdown = (text) => text
  .replace(/\[([^\]]+)\]\(([^)]+)\)/g, "<$2|$1>")
  .replace(/^#+ (.+)$/gm, "*$1*").replace(/\*\*(.+?)\*\*/g, "*$1*").replace(/^[-*] /gm, "• ");

const tableCell = (cell) =>
  cell.type === "rich_text" ? el("div", {}, ...cell.elements.map(rich)) : document.createTextNode(cell.text ?? "");

function rich(part) {
  const inside = () => part.elements.map((one) => (one.elements ? rich(one) : richInline(one)));
  if (part.type === "rich_text_list") {
    return el(part.style === "ordered" ? "ol" : "ul", {}, ...inside().map((node) => el("li", {}, node)));
  }
  if (part.type === "rich_text_quote") return el("blockquote", {}, ...inside());
  if (part.type === "rich_text_preformatted") return el("pre", {}, el("code", {}, ...inside()));
  return el("div", {}, ...inside());
}

function richInline(one) {
  let node = document.createTextNode(one.text ?? one.unicode ?? emoji(`:${one.name ?? ""}:`));
  if (one.type === "link") node = link(one.url, one.text ?? one.url);
  for (const [style, tag] of [["bold", "strong"], ["italic", "em"], ["strike", "s"], ["code", "code"]]) {
    if (one.style?.[style]) node = el(tag, {}, node);
  }
  return node;
}
