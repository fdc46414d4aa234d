// Starts Chromium and drives it through the DevTools protocol, over two pipes: messages
// are JSON and end with a zero byte.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// start returns a running browser, which shows one page at a time.
export async function start() {
  const profile = mkdtempSync(join(tmpdir(), "closurefix-browser-"));
  const chromium = spawn("chromium", [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
    "--user-data-dir=" + profile, "--remote-debugging-pipe", "about:blank",
  ], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const [, , , send, receive] = chromium.stdio;
  const waiting = new Map(); // of answers, by the number of the message
  let listen = () => {}; // to events
  let last = 0;
  let rest = "";
  receive.setEncoding("utf8");
  receive.on("data", (text) => {
    const parts = (rest + text).split("\0");
    rest = parts.pop();
    for (const part of parts) {
      const message = JSON.parse(part);
      if (message.id === undefined) {
        listen(message);
        continue;
      }
      const { resolve, reject } = waiting.get(message.id);
      waiting.delete(message.id);
      message.error ? reject(new Error(message.error.message)) : resolve(message.result);
    }
  });
  const ended = new Promise((resolve) => {
    chromium.on("error", resolve);
    chromium.on("exit", () => resolve(new Error("the browser ended")));
  });
  ended.then((error) => waiting.forEach(({ reject }) => reject(error)));
  const call = (method, params = {}, sessionId) => new Promise((resolve, reject) => {
    waiting.set(++last, { resolve, reject });
    send.write(JSON.stringify({ id: last, method, params, sessionId }) + "\0");
  });
  const { targetId } = await call("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
  const run = (method, params) => call(method, params, sessionId);
  const errors = []; // what the page logs or throws
  let loaded = () => {};
  listen = ({ method, params }) => {
    if (method === "Page.loadEventFired") loaded();
    if (method === "Runtime.exceptionThrown") errors.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    if (method === "Runtime.consoleAPICalled" && params.type === "error") errors.push(params.args.map((a) => a.value ?? a.description).join(" "));
    if (method === "Log.entryAdded" && params.entry.level === "error") errors.push(params.entry.text);
  };
  for (const domain of ["Page", "Runtime", "Log"]) await run(domain + ".enable");
  return {
    errors,
    // screen sets the width of the screen in pixels, and the colour scheme, "light" or
    // "dark".
    async screen({ width, scheme }) {
      await run("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 });
      await run("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    },
    // open opens an address.
    async open(url) {
      errors.length = 0;
      const done = new Promise((resolve) => { loaded = resolve; });
      await run("Page.navigate", { url });
      await done;
    },
    // evaluate returns the value of an expression, or of the promise that it is.
    async evaluate(expression) {
      const { result, exceptionDetails: e } = await run("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
      if (e) throw new Error(e.exception?.description ?? e.text);
      return result.value;
    },
    // press presses and releases a key, "Tab" or "Enter".
    async press(key) {
      const text = key === "Enter" ? "\r" : undefined;
      const code = { Tab: 9, Enter: 13 }[key];
      await run("Input.dispatchKeyEvent", { type: "keyDown", key, code: key, text, windowsVirtualKeyCode: code });
      await run("Input.dispatchKeyEvent", { type: "keyUp", key, code: key, windowsVirtualKeyCode: code });
    },
    // shoot writes a picture of the whole page.
    async shoot(file) {
      const { data } = await run("Page.captureScreenshot", { captureBeyondViewport: true });
      writeFileSync(file, data, "base64");
    },
    async close() {
      call("Browser.close").catch(() => {});
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
