// Opens pages as readers do (desk and telephone, light and dark, paper, forced colours) and fails
// on what shuts somebody out: any violation that axe finds, a page wider than its window, words in
// a drawing that overlap or are cut off, figures that paper does not show, a request to outside.
//
// node audit.mjs [--shots FOLDER] FILE.html…        CHROMIUM=/path/to/browser to take another one
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const MODES = [
  { name: "desk-light", width: 1280, colorScheme: "light" },
  { name: "desk-dark", width: 1280, colorScheme: "dark" },
  { name: "phone-light", width: 360, colorScheme: "light" },
  { name: "phone-dark", width: 360, colorScheme: "dark" },
  { name: "forced-colours", width: 1280, colorScheme: "dark", forcedColors: "active" },
  { name: "paper", width: 794, colorScheme: "dark", media: "print" },
];

const options = process.argv.slice(2);
let shots = null;
const at = options.indexOf("--shots");
if (at >= 0) [, shots] = options.splice(at, 2);
if (options.length === 0) {
  console.error("usage: node audit.mjs [--shots FOLDER] FILE.html…");
  process.exit(2);
}
if (shots) await mkdir(shots, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
let faults = 0;
for (const file of options) {
  for (const mode of MODES) faults += await audit(file, mode);
}
await browser.close();
console.log(faults === 0 ? "no faults" : `${faults} faults`);
process.exit(faults === 0 ? 0 : 1);

async function audit(file, mode) {
  const { width, colorScheme, forcedColors = "none", media = "screen" } = mode;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    forcedColors,
    // The page forbids every script; the audit is one.
    bypassCSP: true,
  });
  const page = await context.newPage();
  const found = [];
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) found.push(`asks from outside: ${request.url()}`);
  });
  await page.goto(pathToFileURL(resolve(file)).href);
  await page.emulateMedia({ media });
  found.push(...(await page.evaluate(layout, media)));
  if (shots) await shoot(page, file, mode);
  // What is folded away must be as good as what is seen.
  await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
  await page.addScriptTag({ content: axe });
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document));
  for (const { id, help, nodes } of violations) {
    for (const node of nodes) found.push(`${id}: ${help}: ${node.target.join(" ")}: ${node.html.slice(0, 160)}`);
  }
  console.log(`${basename(file)} ${mode.name}: ${passes.length} rules of axe pass, ${found.length} faults`);
  for (const line of found) console.log(`  ${line}`);
  await context.close();
  return found.length;
}

async function shoot(page, file, { name, media }) {
  const path = join(shots, `${basename(file, ".html")}-${name}`);
  if (media === "print") await page.pdf({ path: `${path}.pdf`, format: "A4", printBackground: false });
  else await page.screenshot({ path: `${path}.png`, fullPage: true });
}

// Runs inside the page.
function layout(media) {
  const found = [];
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth + 1) found.push(`the page is ${scrollWidth} wide in a window of ${innerWidth}`);
  for (const svg of document.querySelectorAll("svg.pl-svg")) {
    const frame = svg.getBoundingClientRect();
    if (frame.width === 0) continue;
    const words = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
    const chart = svg.closest("figure")?.id ?? "a drawing";
    for (const [i, [word, a]] of words.entries()) {
      if (a.left < frame.left - 2 || a.right > frame.right + 2 || a.bottom > frame.bottom + 2) {
        found.push(`${chart}: "${word}" reaches out of the drawing`);
      }
      for (const [other, b] of words.slice(i + 1)) {
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        // A line box is higher than its letters: they touch from about a third of it on.
        if (wide > 1 && high > Math.min(a.height, b.height) * 0.34) found.push(`${chart}: "${word}" and "${other}" overlap`);
      }
    }
  }
  if (media === "print") {
    for (const table of document.querySelectorAll("table")) {
      const box = table.getBoundingClientRect();
      const name = table.caption?.textContent ?? "a table";
      if (box.height === 0) found.push(`"${name}" is not on paper`);
      else if (box.right > innerWidth + 1) found.push(`"${name}" is cut off on paper`);
    }
  }
  return found;
}
