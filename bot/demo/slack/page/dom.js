// Small helpers around the DOM. Text only ever gets in as text, never as HTML.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export const byId = (id) => document.getElementById(id);

export async function post(doing, asked) {
  const answer = await fetch(`/page/${doing}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(asked),
  });
  const said = await answer.json().catch(() => ({ problem: "the demo has ended" }));
  if (said.problem) toast(`That did not work: ${said.problem}.`);
  else if (said.acked === false) toast("The app did not respond in time.");
  return said;
}

let hiding = 0;
export function toast(text) {
  const node = byId("toast");
  node.textContent = text;
  node.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { node.hidden = true; }, 5000);
}

export function safeUrl(url) {
  return /^(https?:|mailto:)/i.test(url) ? url : "#";
}
