// The page of the playground. The function analyze comes from the Go program.
"use strict";

const byId = (id) => document.getElementById(id);
const examples = [...document.querySelectorAll("template.example")].map((t) => t.content.textContent);
let analyze; // from a file and options to a result as JSON
let result; // the last one

// unpack returns the bytes of compressed data in the page.
async function unpack(id) {
  const bytes = Uint8Array.from(atob(byId(id).textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function start() {
  try {
    const go = new Go();
    const { instance } = await WebAssembly.instantiate(await unpack("wasm"), go.importObject);
    go.run(instance).then(() => fail("The rewriter has ended. Reload the page."));
    analyze = closurefix(await unpack("types"));
    if (typeof analyze !== "function") throw new Error(analyze);
    update();
  } catch (e) {
    fail("The rewriter does not start in this browser: " + e.message);
  }
}

function fail(message) {
  analyze = undefined;
  byId("status").textContent = message;
}

// element returns a new element with children, which are elements or strings.
function element(name, className, ...children) {
  const e = document.createElement(name);
  if (className) e.className = className;
  e.append(...children);
  return e;
}

const count = (n, noun) => n + " " + noun + (n === 1 ? "" : "s");

// place returns a button that leads to a line of the file.
function place({ line, column }) {
  const button = element("button", "place", column ? `line ${line}:${column}` : `line ${line}`);
  button.type = "button";
  button.addEventListener("click", () => {
    const text = byId("text");
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
    text.scrollTop = text.scrollHeight * (line - 5) / lines.length;
  });
  return button;
}

function problem(p) {
  return element("li", "", ...(p.line ? [place(p), " "] : []), p.message);
}

function finding(f) {
  const e = element("li", "", element("p", "", place(f), " ", f.message + ". ", element("span", "dim", `(${f.category})`)));
  if (f.rewritten) e.append(element("p", "good", "✓ Rewritten, with its callers."));
  if (f.refusal) e.append(element("p", "bad", `✗ ${f.refusal}`, " ", element("span", "dim", `[${f.code}]`)));
  if (f.help) e.append(element("p", "", "What to do: " + f.help));
  if (f.instead) e.append(element("p", "", "Write instead, by hand:"), element("pre", "", f.instead));
  for (const note of f.notes ?? []) e.append(element("p", "", `Note: ${note}.`));
  if (f.trace) {
    e.append(element("details", "", element("summary", "", "How it was decided"),
      element("ul", "", ...f.trace.map((t) => element("li", "", t)))));
  }
  return e;
}

function diffRow({ old, new: now, sign, text }) {
  if (sign === "…") return element("tr", "", ...["n", "n", "s"].map((c) => element("td", c)), element("td", "dim", "…"));
  const c = { "-": "del", "+": "add" }[sign] ?? "";
  return element("tr", "", element("td", "n", old ? String(old) : ""), element("td", "n", now ? String(now) : ""),
    element("td", "s " + c, sign === "-" ? "−" : sign ?? ""), element("td", c, text));
}

function summary({ problems, findings = [], bugs = [] }) {
  if (problems) return `This is no Go program: ${count(problems.length, "error")}`;
  const rewritten = findings.filter((f) => f.rewritten).length;
  const parts = [];
  if (rewritten) parts.push(count(rewritten, "function") + " rewritten");
  if (findings.length > rewritten) parts.push(count(findings.length - rewritten, "function") + " refused");
  if (bugs.length) parts.push(count(bugs.length, "bug") + " at callers");
  return parts.join(", ") || "No findings";
}

// update shows what closurefix says about the file.
function update() {
  if (!analyze) return;
  result = JSON.parse(analyze(byId("text").value, byId("all").checked, byId("exported").checked));
  byId("findings").replaceChildren(...(result.problems ?? []).map(problem), ...(result.findings ?? []).map(finding), ...(result.bugs ?? []).map(finding));
  byId("diff").replaceChildren(...(result.diff ?? []).map(diffRow));
  byId("change").hidden = !result.diff;
  byId("status").textContent = summary(result);
}

let waiting;
byId("text").addEventListener("input", () => {
  byId("example").value = "";
  clearTimeout(waiting);
  waiting = setTimeout(update, 300);
});
byId("example").addEventListener("change", () => {
  byId("text").value = examples[byId("example").value];
  update();
});
byId("all").addEventListener("change", update);
byId("exported").addEventListener("change", update);
byId("use").addEventListener("click", () => {
  byId("text").value = result.new;
  byId("example").value = "";
  update();
  byId("text").focus();
});

byId("example").value = "0";
byId("text").value = examples[0];
start();
