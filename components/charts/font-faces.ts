const inRange = (ranges: string, codes: Set<number>) =>
  !ranges ||
  ranges.split(",").some((range) => {
    const [from, to] = range.trim().replace(/^u\+/i, "").split("-");
    const low = Number.parseInt((from ?? "").replaceAll("?", "0"), 16);
    const high = Number.parseInt(to ?? (from ?? "").replaceAll("?", "f"), 16);
    return [...codes].some((code) => code >= low && code <= high);
  });

async function dataUrl(url: string): Promise<string> {
  const blob = await (await fetch(url)).blob();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/**
 * The page's own fonts of these families as CSS with the fonts inside, only the pieces that hold one
 * of the text's characters (a Chinese font comes in a hundred of them).
 */
export async function fontFaces(families: string, text: string): Promise<string> {
  const codes = new Set([...text].map((sign) => sign.codePointAt(0) ?? 0));
  const wanted = families.split(",").map((family) => family.trim().replaceAll(/["']/g, ""));
  const faces: { rule: CSSFontFaceRule; base: string }[] = [];
  for (const sheet of document.styleSheets)
    for (const rule of sheet.cssRules)
      if (rule instanceof CSSFontFaceRule) faces.push({ rule, base: sheet.href ?? location.href });
  const needed = faces.filter(
    ({ rule: { style } }) =>
      wanted.includes(style.getPropertyValue("font-family").replaceAll(/["']/g, "")) &&
      style.getPropertyValue("font-style") !== "italic" &&
      inRange(style.getPropertyValue("unicode-range"), codes),
  );
  const written = await Promise.all(
    needed.map(async ({ rule: { style }, base }) => {
      const url = /url\(["']?([^"')]+)["']?\)/.exec(style.getPropertyValue("src"))?.[1];
      if (!url) return "";
      const inside = await dataUrl(new URL(url, base).href).catch(() => null);
      // Without it the picture is drawn in the machine's own font.
      if (!inside) return "";
      const weight = style.getPropertyValue("font-weight") || "400";
      return `@font-face{font-family:"${style.getPropertyValue("font-family").replaceAll(/["']/g, "")}";font-weight:${weight};unicode-range:${style.getPropertyValue("unicode-range") || "U+0-10FFFF"};src:url(${inside}) format("woff2")}`;
    }),
  );
  return written.join("\n");
}
