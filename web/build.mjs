// Bundles the style sheets and scripts. Run by scripts/build_web with two folders: where static files go, where the
// fonts of PDF letters go.
//
//   app.css        every page: tokens, our components
//   desk.css       the staff desk besides
//   fonts.css      Noto Sans JP in slices; a browser fetches only the slices whose characters the page shows
//   app.js         every page
//   <name>.js      each web/entries/<name>.ts: heavier things that few pages want
//   rooms/<room>.css, rooms/<room>.js   each web/rooms/<room>/index.css and index.ts
import { build } from "esbuild";
import { copyFile, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";

const [out, pdfFonts] = process.argv.slice(2);
if (!out || !pdfFonts) throw new Error("usage: node web/build.mjs STATIC_FOLDER PDF_FONT_FOLDER");
const began = performance.now();
const modules = "node_modules";

const exists = async (file) => stat(file).then(() => true, () => false);

/** Entry points as {name in the output: source}. */
async function entries() {
  const found = { app: "web/ts/app.ts" };
  const scripts = { ...found };
  const styles = { app: "web/css/app.css", desk: "web/css/desk.css" };
  if (await exists("web/entries")) {
    for (const file of await readdir("web/entries")) {
      if (file.endsWith(".ts")) scripts[path.basename(file, ".ts")] = `web/entries/${file}`;
    }
  }
  for (const room of (await exists("web/rooms")) ? await readdir("web/rooms") : []) {
    if (await exists(`web/rooms/${room}/index.ts`)) scripts[`rooms/${room}`] = `web/rooms/${room}/index.ts`;
    if (await exists(`web/rooms/${room}/index.css`)) styles[`rooms/${room}`] = `web/rooms/${room}/index.css`;
  }
  return { scripts, styles };
}

/** The slices of the web font under the name the tokens use; only the files that the sheet names are copied. */
async function fonts() {
  const home = `${modules}/@fontsource-variable/noto-sans-jp`;
  const css = (await readFile(`${home}/wght.css`, "utf8"))
    .replaceAll("Noto Sans JP Variable", "Noto Sans JP")
    .replaceAll("format('woff2-variations')", "format('woff2')")
    .replaceAll("./files/", "fonts/")
    .replace(/\/\*.*?\*\//gs, "")
    .replace(/\s*\n\s*/g, "");
  await mkdir(`${out}/fonts`, { recursive: true });
  const files = [...css.matchAll(/url\(fonts\/([^)]+)\)/g)].map((m) => m[1]);
  await Promise.all(files.map((file) => copyFile(`${home}/files/${file}`, `${out}/fonts/${file}`)));
  await copyFile(`${home}/LICENSE`, `${out}/fonts/LICENSE.txt`);
  await writeFile(`${out}/fonts.css`, css);
  return files.length;
}

/** Whole fonts for PDF letters. */
async function letterFonts() {
  const home = `${modules}/@expo-google-fonts/noto-sans-jp`;
  await mkdir(pdfFonts, { recursive: true });
  for (const [folder, from, to] of [
    ["400Regular", "NotoSansJP_400Regular.ttf", "NotoSansJP-Regular.ttf"],
    ["700Bold", "NotoSansJP_700Bold.ttf", "NotoSansJP-Bold.ttf"],
  ]) {
    await copyFile(`${home}/${folder}/${from}`, `${pdfFonts}/${to}`);
  }
  await copyFile(`${home}/LICENSE_FONT`, `${pdfFonts}/LICENSE.txt`);
}

const common = { bundle: true, minify: true, legalComments: "none", logLevel: "warning", outdir: out, charset: "utf8" };
const { scripts, styles } = await entries();
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const [slices] = await Promise.all([
  fonts(),
  letterFonts(),
  build({ ...common, entryPoints: scripts, format: "esm", target: ["es2022"], sourcemap: false }),
  build({
    ...common,
    entryPoints: styles,
    target: ["chrome100", "firefox102", "safari15.4"],
    external: ["*.woff2"],
    loader: { ".svg": "file" },
    assetNames: "images/[name]",
  }),
]);
for (const file of (await exists("web/images")) ? await readdir("web/images") : []) {
  await copyFile(`web/images/${file}`, `${out}/${file}`);
}
const size = async (file) => `${file} ${Math.round((await stat(`${out}/${file}`)).size / 1024)} KB`;
const made = [...Object.keys(styles).map((n) => `${n}.css`), ...Object.keys(scripts).map((n) => `${n}.js`)];
console.log(`web: ${(await Promise.all(made.map(size))).join(", ")}, ${slices} font slices, ` +
  `${((performance.now() - began) / 1000).toFixed(1)} s`);
