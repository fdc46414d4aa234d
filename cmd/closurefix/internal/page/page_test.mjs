// Looks at pages of reports: node page_test.mjs FILE... prints what is wrong with them.
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { start } from "../../../../testdata/browser/browser.mjs";
import { look, pictures, screens } from "../../../../testdata/browser/look.mjs";

const page = await start();
let looked = 0;
for (const file of process.argv.slice(2)) {
  for (const screen of screens) {
    await page.screen(screen);
    await page.open(pathToFileURL(file));
    const name = `${basename(file, ".html")}-${screen.width}-${screen.scheme}`;
    const wrong = await look(page, screen);
    wrong.push(...await page.evaluate(`[...document.querySelectorAll(".track")].filter((e) => e.getBoundingClientRect().width < 60)
      .map((e) => "a chart is too narrow to be read: " + e.getBoundingClientRect().width)`));
    const shown = await page.evaluate(`[...document.querySelectorAll("table.code")].filter((e) => e.checkVisibility()).length`);
    const parts = await page.evaluate(`document.querySelectorAll("table.code").length / 2`);
    if (shown !== parts) wrong.push(`${shown} tables of code are shown, want ${parts}`);
    // The first key leads to the link over the contents, and that to the report.
    await page.press("Tab");
    await page.press("Enter");
    const focus = await page.evaluate("document.activeElement.id");
    if (focus !== "report") wrong.push(`the first link leads to ${focus}`);
    const [red, green, blue] = await page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)");
    if ((red + green + blue > 384) !== (screen.scheme === "light")) wrong.push(`the background is ${red} ${green} ${blue}`);
    wrong.forEach((what) => console.log(`${name}: ${what}`));
    if (pictures) await page.shoot(join(pictures, name + ".png"));
    looked++;
  }
}
await page.close();
console.log(`looked at ${looked} screens`);
