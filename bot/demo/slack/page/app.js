// The page: takes the workspace's state, shows it, and keeps it up to date.

import { byId, el, post, toast } from "./dom.js";
import { blocksNode } from "./blocks.js";
import { clock, day, emoji, know, mrkdwn } from "./mrkdwn.js";
import { setHints, startComposer } from "./composer.js";
import { showHome, showModals } from "./views.js";
import { workspace } from "./elements.js";

const SHORTCUT = "search_news";
const MESSAGE_SHORTCUT = "watch_company";
const state = { version: 0, messages: new Map(), channels: [], users: {}, current: "", thread: "", unread: {}, seen: 0, hidden: new Set(), bot: "", you: "", team_id: "" };

const keyOf = (message) => `${message.channel}/${message.ts}`;
const channelOf = (id) => state.channels.find((one) => one.id === id);
const titleOf = (channel) => (channel.direct ? "exportnews" : `${channel.private ? "🔒 " : "#"}${channel.name}`);

// Messages

function avatar(message) {
  if (message.bot) return el("span", { class: "avatar bot", "aria-hidden": "true" });
  const name = state.users[message.user]?.name ?? "App";
  return el("span", { class: "avatar", "aria-hidden": "true" }, name[0]);
}

function messageNode(message, inThread) {
  const name = message.bot ? "exportnews" : state.users[message.user]?.name ?? "Slackbot look-alike";
  const use = (action, value) => post("click", { channel: message.channel, ts: message.ts, action, value });
  const replies = inThread ? [] : [...state.messages.values()].filter((one) => one.thread === message.ts && one.ts !== message.ts && one.channel === message.channel && !one.ephemeral);
  return el("article", { class: `message ${message.ephemeral ? "ephemeral" : ""}`, "data-key": keyOf(message), "data-rev": String(message.rev), "data-replies": String(replies.length), "aria-label": `${name}, ${clock(message.ts)}` },
    avatar(message),
    el("div", { class: "content" },
      message.ephemeral ? el("p", { class: "only" }, "Only visible to you ",
        el("button", { type: "button", class: "quiet", onclick: () => { state.hidden.add(keyOf(message)); show(); } }, "Dismiss")) : null,
      el("p", { class: "who" }, el("strong", {}, name), message.bot ? el("span", { class: "tag" }, "App") : null,
        el("time", {}, clock(message.ts)), message.edited ? el("small", {}, "(edited)") : null,
        el("span", { class: "tools" },
          message.ephemeral || inThread ? null : el("button", { type: "button", class: "quiet", onclick: () => openThread(message.ts) }, "Thread"),
          message.ephemeral ? null : el("button", { type: "button", class: "quiet", onclick: () => post("shortcut", { callback: MESSAGE_SHORTCUT, channel: message.channel, ts: message.ts }) }, "Watch this company"))),
      message.blocks.length ? blocksNode(message.blocks, use) : el("p", { class: "plain" }, mrkdwn(message.text)),
      message.files.length ? el("p", { class: "files" }, ...message.files.map((file) => el("a", { href: `/file/${state.team_id}/${file.id}`, download: file.name }, `📎 ${file.name}`))) : null,
      Object.keys(message.reactions).length ? el("p", { class: "reactions" }, ...Object.entries(message.reactions).map(([sign, count]) => el("span", {}, `${emoji(`:${sign}:`)} ${count}`))) : null,
      replies.length ? el("button", { type: "button", class: "replies", onclick: () => openThread(message.ts) }, `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`) : null));
}

// Puts the nodes of `messages` into `place`, touching only what changed.
function fill(place, messages, inThread) {
  const known = new Map([...place.children].map((node) => [node.dataset.key, node]));
  let lastDay = "";
  let at = place.firstElementChild;
  const keep = (key, make, same) => {
    let node = known.get(key);
    if (!node || !same(node)) {
      const focused = node?.contains(document.activeElement) ? document.activeElement.dataset.action : null;
      const fresh = make();
      if (node) { if (at === node) at = fresh; node.replaceWith(fresh); }
      node = fresh;
      if (focused) node.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
    }
    known.delete(key);
    if (node === at) at = at.nextElementSibling; else place.insertBefore(node, at);
  };
  for (const message of messages) {
    const name = day(message.ts);
    if (name !== lastDay && !inThread) {
      lastDay = name;
      keep(`day/${name}`, () => el("h2", { class: "day", "data-key": `day/${name}` }, el("span", {}, name)), () => true);
    }
    const count = inThread ? 0 : [...state.messages.values()].filter((one) => one.thread === message.ts && one.ts !== message.ts && one.channel === message.channel && !one.ephemeral).length;
    keep(keyOf(message), () => messageNode(message, inThread), (node) => node.dataset.rev === String(message.rev) && Number(node.dataset.replies) === count);
  }
  for (const node of known.values()) node.remove();
}

function inChannel(id) {
  return [...state.messages.values()]
    .filter((one) => one.channel === id && !state.hidden.has(keyOf(one)))
    .sort((a, b) => Number(a.ts) - Number(b.ts));
}

// The frame

function showSide() {
  const button = (key, name, extra) => el("li", {}, el("button", {
    type: "button", "data-key": key, "aria-current": state.current === key ? "page" : undefined,
    onclick: () => go(key),
  }, el("span", {}, name), extra));
  const badge = (id) => (state.unread[id] ? el("b", { class: "badge" }, String(state.unread[id]), el("span", { class: "unseen" }, " new")) : null);
  const focused = document.activeElement?.dataset?.key;
  byId("channels").replaceChildren(...state.channels.filter((one) => !one.direct).map((one) => button(one.id, titleOf(one), badge(one.id))));
  const direct = state.channels.find((one) => one.direct);
  byId("apps").replaceChildren(button("home", "exportnews: Home", null), ...(direct ? [button(direct.id, "exportnews: messages", badge(direct.id))] : []));
  if (focused) document.querySelector(`.side [data-key="${CSS.escape(focused)}"]`)?.focus();
  const total = Object.values(state.unread).reduce((sum, count) => sum + count, 0);
  document.title = `${total ? `(${total}) ` : ""}exportnews demo`;
}

function show() {
  showSide();
  const home = state.current === "home";
  byId("home").hidden = !home;
  byId("messages").hidden = home;
  byId("composer").hidden = home;
  if (home) { byId("title").textContent = "exportnews"; byId("about").textContent = "Home of the app"; return; }
  const channel = channelOf(state.current);
  if (!channel) return;
  byId("title").textContent = titleOf(channel);
  byId("about").textContent = channel.topic;
  byId("box-label").textContent = `Message ${titleOf(channel)}`;
  byId("box").placeholder = "Type /exportnews, or a message";
  const place = byId("messages");
  const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 80;
  const found = inChannel(channel.id).filter((one) => !one.thread || one.thread === one.ts || one.broadcast || one.ephemeral);
  fill(place, found, false);
  if (!found.length) place.replaceChildren(el("p", { class: "empty", "data-key": "empty" }, channel.topic || "Nothing here yet."));
  if (atEnd) place.scrollTop = place.scrollHeight; else byId("fresh").hidden = false;
  if (state.thread) fill(byId("thread-messages"), inChannel(channel.id).filter((one) => one.ts === state.thread || one.thread === state.thread), true);
}

function go(key) {
  state.current = key;
  state.unread[key] = 0;
  state.thread = "";
  byId("thread").hidden = true;
  byId("messages").replaceChildren();
  document.body.classList.remove("menu-open");
  byId("menu").setAttribute("aria-expanded", "false");
  byId("fresh").hidden = true;
  try { location.hash = key; } catch { /* the page works without it */ }
  show();
  byId("messages").scrollTop = byId("messages").scrollHeight;
  byId("fresh").hidden = true;
  byId("title").focus({ preventScroll: true });
  if (key === "home") post("home", {});
}

function openThread(ts) {
  state.thread = ts;
  byId("thread").hidden = false;
  byId("thread-messages").replaceChildren();
  show();
  byId("thread").querySelector("h2").focus();
}

// State

async function refresh() {
  const answer = await fetch(`/page/state?since=${state.version}`);
  const news = await answer.json();
  const first = state.version === 0;
  if (news.version < state.version) return location.reload();
  Object.assign(state, { version: news.version, channels: news.channels, users: news.users, bot: news.bot, you: news.you, team_id: news.team_id });
  know(news.users, news.channels);
  workspace.channels = news.channels.filter((one) => !one.direct);
  workspace.users = Object.entries(news.users).filter(([id]) => id !== news.bot).map(([id, user]) => ({ id, name: user.name }));
  for (const message of news.messages) {
    const key = keyOf(message);
    const known = state.messages.has(key);
    if (message.deleted) state.messages.delete(key); else state.messages.set(key, message);
    if (!first && !known && message.channel !== state.current) state.unread[message.channel] = (state.unread[message.channel] ?? 0) + 1;
  }
  setHints(news.hints);
  byId("team").textContent = news.team;
  showState(news);
  if (first) return start();
  show();
  showModals(news.modals);
  showHome(news.home);
}

function showState(news) {
  const place = byId("connection");
  place.textContent = news.connected ? "bot connected" : "bot not connected";
  place.classList.toggle("on", news.connected);
  if (!news.newsroom) return;
  const left = news.newsroom.remaining;
  byId("newsroom").replaceChildren(el("a", { href: news.newsroom.url, target: "_blank", rel: "noopener" }, "The newsroom"), left ? ` has ${left} more ${left === 1 ? "article" : "articles"} to come.` : " has published all it had.");
}

function start() {
  const wanted = location.hash.slice(1);
  go(wanted === "home" || channelOf(wanted) ? wanted : state.channels[0].id);
  refreshSoon();
}

let running = false;
let again = false;
async function refreshSoon() {
  if (running) { again = true; return; }
  running = true;
  try { await refresh(); } catch { byId("connection").textContent = "the demo has ended"; byId("connection").classList.remove("on"); }
  running = false;
  if (again) { again = false; refreshSoon(); }
}

function listen() {
  const events = new EventSource("/page/events");
  events.onmessage = refreshSoon;
  events.onerror = () => { byId("connection").textContent = "the demo does not answer"; byId("connection").classList.remove("on"); };
}

async function send(text) {
  byId("messages").scrollTop = byId("messages").scrollHeight;
  const command = /^\/exportnews(?:\s+([\s\S]*))?$/.exec(text);
  if (command) await post("slash", { text: command[1] ?? "", channel: state.current });
  else if (text.startsWith("/")) toast("Only /exportnews is known here.");
  else await post("say", { text, channel: state.current });
}

byId("thread-close").addEventListener("click", () => { state.thread = ""; byId("thread").hidden = true; });
byId("menu").addEventListener("click", () => {
  const open = document.body.classList.toggle("menu-open");
  byId("menu").setAttribute("aria-expanded", String(open));
  if (open) document.querySelector(".side [aria-current]")?.focus();
});
byId("fresh").addEventListener("click", () => { byId("messages").scrollTop = byId("messages").scrollHeight; byId("fresh").hidden = true; });
byId("messages").addEventListener("scroll", ({ target }) => {
  if (target.scrollHeight - target.scrollTop - target.clientHeight < 80) byId("fresh").hidden = true;
});
byId("shortcut").addEventListener("click", () => post("shortcut", { callback: SHORTCUT }));
byId("theme").addEventListener("change", ({ target }) => {
  document.documentElement.dataset.theme = target.value;
  try { localStorage.setItem("theme", target.value); } catch { /* private windows may refuse */ }
});
try {
  byId("theme").value = document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "";
} catch { /* private windows may refuse */ }

startComposer(send);
refreshSoon().then(listen);
