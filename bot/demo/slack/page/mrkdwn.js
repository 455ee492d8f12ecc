// Slack's mrkdwn as DOM nodes: links, mentions, dates, emphasis, quotes, code, emoji.

import { el, safeUrl } from "./dom.js";

const EMOJI = {
  information_source: "ℹ️", warning: "⚠️", white_check_mark: "✅", x: "❌", bell: "🔔",
  no_bell: "🔕", mag: "🔍", newspaper: "📰", bookmark: "🔖", star: "⭐", wave: "👋",
  rotating_light: "🚨", eyes: "👀", pushpin: "📌", memo: "📝", gear: "⚙️", calendar: "📅",
  hourglass: "⌛", bulb: "💡", lock: "🔒", link: "🔗", heavy_check_mark: "✔️", mute: "🔇",
  speaker: "🔈", zzz: "💤", clock8: "🕗", globe_with_meridians: "🌐", scales: "⚖️",
  large_green_circle: "🟢", large_yellow_circle: "🟡", red_circle: "🔴", white_circle: "⚪",
  arrow_right: "➡️", tada: "🎉", thumbsup: "👍", thumbsdown: "👎", "+1": "👍", "-1": "👎",
  books: "📚", label: "🏷️", pencil2: "✏️", wastebasket: "🗑️", heavy_plus_sign: "➕",
  double_vertical_bar: "⏸️", arrow_forward: "▶️", bow: "🙇", question: "❓", speech_balloon: "💬",
  no_entry_sign: "🚫", hourglass_flowing_sand: "⏳", bust_in_silhouette: "👤",
};
const MARKS = { "*": "strong", _: "em", "~": "s" };
const directory = { users: {}, channels: {} };

export function know(users, channels) {
  directory.users = users;
  directory.channels = Object.fromEntries(channels.map((one) => [one.id, one.name]));
}

export const decode = (text) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export const emoji = (text) =>
  text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);

export function mrkdwn(text) {
  const out = document.createDocumentFragment();
  const parts = text.split(/```([\s\S]*?)```/);
  parts.forEach((part, index) => {
    if (index % 2) out.append(el("pre", {}, el("code", {}, decode(part.replace(/^\n/, "")))));
    else if (part) out.append(lines(part));
  });
  return out;
}

function lines(text) {
  const out = document.createDocumentFragment();
  let quote = null;
  text.split("\n").forEach((line, index) => {
    const quoted = /^(&gt;|>) ?/.exec(line);
    if (quoted) {
      if (!quote) out.append((quote = el("blockquote")));
      else quote.append(el("br"));
      quote.append(inline(line.slice(quoted[0].length)));
      return;
    }
    if (index && !quote) out.append(el("br"));
    quote = null;
    out.append(inline(line));
  });
  return out;
}

function inline(text) {
  const out = document.createDocumentFragment();
  const pattern = /<([^<>]+)>|`([^`]+)`|(?<![\p{L}\p{N}])([*_~])(?=\S)((?:<[^<>]*>|.)*?\S)\3(?![\p{L}\p{N}])/gu;
  let last = 0;
  for (const found of text.matchAll(pattern)) {
    out.append(emoji(decode(text.slice(last, found.index))));
    if (found[1] !== undefined) out.append(reference(found[1]));
    else if (found[2] !== undefined) out.append(el("code", {}, decode(found[2])));
    else out.append(el(MARKS[found[3]], {}, inline(found[4])));
    last = found.index + found[0].length;
  }
  out.append(emoji(decode(text.slice(last))));
  return out;
}

function reference(inside) {
  const [target, label] = split(inside);
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("@")) return mention(`@${directory.users[target.slice(1)]?.name ?? label ?? target.slice(1)}`);
  if (target.startsWith("#")) return mention(`#${directory.channels[target.slice(1)] ?? label ?? target.slice(1)}`);
  if (target.startsWith("!")) return mention(`@${label ?? target.slice(1).split("^")[0]}`, "everyone");
  return link(decode(target), label === undefined ? decode(target) : emoji(decode(label)));
}

function split(inside) {
  const at = inside.indexOf("|");
  return at < 0 ? [inside, undefined] : [inside.slice(0, at), inside.slice(at + 1)];
}

export const link = (url, text) =>
  el("a", { href: safeUrl(url), target: "_blank", rel: "noopener noreferrer" }, text);

const mention = (text, extra = "") => el("span", { class: `mention ${extra}` }, text);

function date(target, fallback) {
  const [, stamp, format, url] = target.split("^");
  const moment = new Date(Number(stamp) * 1000);
  if (Number.isNaN(moment.getTime())) return document.createTextNode(decode(fallback ?? ""));
  const text = format.replace(/\{(\w+)\}/g, (whole, name) => dateToken(name, moment) ?? whole);
  const node = el("time", { datetime: moment.toISOString(), title: moment.toString() }, decode(text));
  return url ? el("a", { href: safeUrl(decode(url)), target: "_blank", rel: "noopener" }, node) : node;
}

const shown = (moment, options) => moment.toLocaleString("en-US", options);

function dateToken(name, moment) {
  const long = { weekday: "long", month: "long", day: "numeric", year: "numeric" };
  const middle = { month: "long", day: "numeric", year: "numeric" };
  const short = { month: "short", day: "numeric", year: "numeric" };
  const tokens = {
    date_num: () => `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`,
    date: () => shown(moment, middle), date_long: () => shown(moment, long),
    date_short: () => shown(moment, short),
    date_pretty: () => near(moment) ?? shown(moment, middle),
    date_long_pretty: () => near(moment) ?? shown(moment, long),
    date_short_pretty: () => near(moment) ?? shown(moment, short),
    time: () => shown(moment, { hour: "numeric", minute: "2-digit" }),
    time_secs: () => shown(moment, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
    ago: () => `${Math.max(0, Math.round((Date.now() - moment) / 60000))} minutes ago`,
  };
  return tokens[name]?.();
}

const two = (number) => String(number).padStart(2, "0");

function near(moment) {
  const midnight = (value) => new Date(value.getFullYear(), value.getMonth(), value.getDate());
  const days = Math.round((midnight(moment) - midnight(new Date())) / 86400000);
  return { 0: "today", [-1]: "yesterday", 1: "tomorrow" }[days];
}

export const clock = (ts) => shown(new Date(Number(ts) * 1000), { hour: "numeric", minute: "2-digit" });

export const day = (ts) => {
  const moment = new Date(Number(ts) * 1000);
  const name = near(moment);
  return name ? name[0].toUpperCase() + name.slice(1)
    : shown(moment, { weekday: "long", month: "long", day: "numeric" });
};
