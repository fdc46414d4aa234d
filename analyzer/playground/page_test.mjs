// Uses the playground: node page_test.mjs PAGE EXPECTED prints what is wrong. EXPECTED is a
// JSON file with a list of examples: their name, the result that the page must show, and
// the status.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { start } from "../../testdata/browser/browser.mjs";
import { look, pictures, screens } from "../../testdata/browser/look.mjs";

const [, , file, expected] = process.argv;
const examples = JSON.parse(readFileSync(expected, "utf8"));
const page = await start();
const complain = (where, what) => console.log(`${where}: ${what}`);

// until waits for an expression to be true.
async function until(expression) {
  for (let i = 0; i < 1200; i++) {
    if (await page.evaluate(expression)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${expression} does not become true; the status is ` + await page.evaluate(`document.getElementById("status").textContent`));
}

// choose selects an example as a person does.
const choose = (i) => page.evaluate(`byId("example").value = "${i}"; byId("example").dispatchEvent(new Event("change"))`);
// type puts a text into the file as a person does.
const type = (text) => page.evaluate(`byId("text").value = ${JSON.stringify(text)}; byId("text").dispatchEvent(new Event("input"))`);
// shown returns what the page shows of the diff, in the form of the tests.
const shown = () => page.evaluate(`[...document.querySelectorAll("#diff tr")].map((r) => [...r.cells].map((c) => c.textContent).join("|")).join("\\n")`);
const status = () => page.evaluate(`byId("status").textContent`);

await page.screen(screens[0]);
await page.open(pathToFileURL(file));
await until(`!document.getElementById("status").textContent.startsWith("Loading")`);

const names = await page.evaluate(`[...byId("example").options].map((o) => o.text)`);
if (names.join() !== [...examples.map((e) => e.name), "your own"].join()) complain("examples", names);
for (const [i, example] of examples.entries()) {
  await choose(i);
  const diff = await shown();
  if (diff !== example.diff) complain(example.name, `the diff is\n${diff}\nwant\n${example.diff}`);
  if (await status() !== example.status) complain(example.name, `the status is ${await status()}, want ${example.status}`);
}

// The page looks right on every screen with a rewrite, a refusal, a bug and an error.
const kinds = ["rewritten", "refused", "bug"].map((word) => examples.findIndex((e) => e.status.includes(word)));
let looked = 0;
for (const screen of screens) {
  await page.screen(screen);
  for (const i of [...kinds, "error"]) {
    if (i === "error") {
      await type("package main\n\nfunc main() {\n\treturn 1 +\n}\n");
      await until(`byId("status").textContent.startsWith("This is no")`);
      const problems = await page.evaluate(`byId("findings").innerText`);
      if (await status() !== "This is no Go program: 1 error" || !problems.includes("line 5:1 expected operand, found '}'")) complain("error", `${await status()}: ${problems}`);
      if (await page.evaluate(`byId("change").checkVisibility()`)) complain("error", "a rewrite is shown");
    } else {
      await choose(i);
    }
    const name = `${i}-${screen.width}-${screen.scheme}`;
    (await look(page, screen)).forEach((what) => complain(name, what));
    if (pictures) await page.shoot(join(pictures, `playground-${name}.png`));
    looked++;
  }
}

// The position of an error leads to its line. The result becomes the file, in which nothing
// is found.
await page.evaluate(`document.querySelector("#findings button").click()`);
const selected = await page.evaluate(`document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)`);
if (selected !== "}") complain("error", `its position leads to ${selected}`);
await choose(0);
await page.evaluate(`byId("use").focus()`);
await page.press("Enter");
if (await status() !== "No findings") complain("result", await status());
// Without -all, a closure that captures no result is no finding.
await choose(1);
await page.evaluate(`byId("all").click()`);
if (await status() !== "No findings") complain("without -all", await status());
await page.close();
console.log(`looked at ${looked} screens`);
