// Looks at a page on screens wide and narrow, light and dark, and says what is wrong with
// it.
import { readFileSync } from "node:fs";

const axe = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

// screens are the widths and colour schemes in which a page must be good.
export const screens = [1280, 390].flatMap((width) => ["light", "dark"].map((scheme) => ({ width, scheme })));

// look returns what is wrong with a page that is open on a screen, a sentence each. Nothing
// may be wider than the screen, and axe must find nothing.
export async function look(page, { width }) {
  const wide = await page.evaluate(`[...document.body.querySelectorAll("*")].filter((e) => {
    const r = e.getBoundingClientRect();
    return r.width > 1 && (r.right > ${width} + 0.5 || r.left < -0.5);
  }).map((e) => "wider than the screen: " + e.outerHTML.slice(0, 120))`);
  await page.evaluate(axe + "; undefined");
  const found = await page.evaluate(`axe.run().then((r) => r.violations.flatMap((v) =>
    v.nodes.map((n) => "axe: " + v.id + ": " + v.help + ": " + n.html.slice(0, 200) + " " + n.failureSummary)))`);
  return [...page.errors, ...wide, ...found];
}

// pictures is the directory for screenshots, for a person to look at; "" for none.
export const pictures = process.env.PICTURES ?? "";
