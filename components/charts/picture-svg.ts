import { fontFaces } from "./font-faces";

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const round = (value: number) => Math.round(value * 100) / 100;

/** What a drawing's parts get from style sheets that a file does not have. */
const painted = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-opacity",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
];

const invisible = (color: string) =>
  color === "transparent" || /^rgba\(.*,\s*0\)$|\/\s*0\)$/.test(color);

const radius = (style: CSSStyleDeclaration) => Number.parseFloat(style.borderTopRightRadius) || 0;

/** An svg of the page, with the styles in force written into it. */
function drawing(node: SVGElement): string {
  const copy = node.cloneNode(true) as SVGElement;
  const own = [node, ...node.querySelectorAll<SVGElement>("*")];
  const copied = [copy, ...copy.querySelectorAll<SVGElement>("*")];
  for (const [at, element] of own.entries()) {
    const style = getComputedStyle(element);
    const target = copied[at];
    target?.removeAttribute("class");
    target?.removeAttribute("style");
    for (const name of painted) target?.setAttribute(name, style.getPropertyValue(name));
  }
  const box = node.getBoundingClientRect();
  copy.setAttribute("width", String(round(box.width)));
  copy.setAttribute("height", String(round(box.height)));
  copy.setAttribute("overflow", "visible");
  return new XMLSerializer().serializeToString(copy);
}

/** Where the picture begins on the page; `bottom`: how far down anything was drawn. */
type Pen = { x: number; y: number; bottom: number; ruler: CanvasRenderingContext2D };

const fontOf = (style: CSSStyleDeclaration) =>
  `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;

/** One line of text where the page has it; cut with … where the page cuts it. */
function words(node: Text, parent: Element, opacity: number, pen: Pen): string[] {
  const text = node.data.replaceAll(/\s+/g, " ").trim();
  if (!text) return [];
  const style = getComputedStyle(parent);
  const range = document.createRange();
  range.selectNodeContents(node);
  // Lines: characters whose boxes stand at the same height.
  const lines: { text: string; box: DOMRect }[] = [];
  if (range.getClientRects().length <= 1) lines.push({ text, box: range.getBoundingClientRect() });
  else
    for (let at = 0; at < node.length; at++) {
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = range.getBoundingClientRect();
      const last = lines.at(-1);
      if (last && Math.abs(last.box.top - box.top) < 3)
        lines[lines.length - 1] = {
          text: last.text + node.data.charAt(at),
          box: new DOMRect(last.box.x, last.box.y, box.right - last.box.x, last.box.height),
        };
      else lines.push({ text: node.data.charAt(at), box });
    }
  pen.ruler.font = fontOf(style);
  const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = pen.ruler.measureText("A");
  const end = style.textAlign === "right" || style.textAlign === "end";
  const room = style.overflowX === "hidden" ? parent.getBoundingClientRect().width : null;
  return lines.flatMap(({ text, box }) => {
    let shown = text.trim();
    if (!shown || box.width < 1) return [];
    if (room !== null && box.width > room + 1) {
      while (shown && pen.ruler.measureText(`${shown}…`).width > room) shown = shown.slice(0, -1);
      shown = `${shown.trim()}…`;
    }
    pen.bottom = Math.max(pen.bottom, box.bottom - pen.y);
    const baseline = box.top + (box.height - up - down) / 2 + up;
    return [
      `<text x="${round((end ? box.right : box.left) - pen.x)}" y="${round(baseline - pen.y)}" fill="${style.color}" opacity="${opacity}" font-family="${escaped(style.fontFamily)}" font-size="${style.fontSize}" font-weight="${style.fontWeight}" style="font-variant-numeric:${style.fontVariantNumeric}"${end ? ' text-anchor="end"' : ""}>${escaped(shown)}</text>`,
    ];
  });
}

/** An element's own surface: its background and its borders. */
function surface(style: CSSStyleDeclaration, box: DOMRect, opacity: number, pen: Pen): string[] {
  const [x, y] = [box.left - pen.x, box.top - pen.y];
  const parts: string[] = [];
  if (!invisible(style.backgroundColor) && box.width > 0 && box.height > 0) {
    pen.bottom = Math.max(pen.bottom, y + box.height);
    parts.push(
      `<rect x="${round(x)}" y="${round(y)}" width="${round(box.width)}" height="${round(box.height)}" rx="${Math.min(radius(style), box.width / 2, box.height / 2)}" fill="${style.backgroundColor}" opacity="${opacity}"/>`,
    );
  }
  const edge = (side: "left" | "bottom", x1: number, y1: number, x2: number, y2: number) => {
    const wide = Number.parseFloat(style.getPropertyValue(`border-${side}-width`));
    const kind = style.getPropertyValue(`border-${side}-style`);
    const color = style.getPropertyValue(`border-${side}-color`);
    if (!wide || kind === "none" || invisible(color)) return;
    const dashes = kind === "dashed" ? `${wide * 3} ${wide * 2}` : kind === "dotted" ? wide : "";
    parts.push(
      `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${color}" stroke-width="${wide}" opacity="${opacity}"${dashes ? ` stroke-dasharray="${dashes}"` : ""}/>`,
    );
  };
  // The charts' lines are left and bottom borders; frames of controls are none of the picture.
  edge("left", x, y, x, y + box.height);
  edge("bottom", x, y + box.height, x + box.width, y + box.height);
  return parts;
}

function parts(element: Element, opacity: number, pen: Pen): string[] {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  // Unseen, or words for those who do not see (cut to a pixel), or a control.
  if (style.display === "none" || style.visibility === "hidden" || style.clip !== "auto") return [];
  if (element instanceof HTMLElement && element.dataset.picture === "no") return [];
  if (element instanceof SVGElement) {
    pen.bottom = Math.max(pen.bottom, box.bottom - pen.y);
    return [
      `<g transform="translate(${round(box.left - pen.x)} ${round(box.top - pen.y)})" opacity="${opacity}">${drawing(element)}</g>`,
    ];
  }
  const seen = opacity * Number.parseFloat(style.opacity || "1");
  return [
    ...surface(style, box, seen, pen),
    ...[...element.childNodes].flatMap((child) =>
      child instanceof Text
        ? words(child, element, seen, pen)
        : child instanceof Element
          ? parts(child, seen, pen)
          : [],
    ),
  ];
}

/** Words in lines no wider than `room`; broken at spaces, and anywhere in Chinese. */
function wrapped(text: string, room: number, ruler: CanvasRenderingContext2D): string[] {
  const lines = [""];
  for (const word of text.match(
    /[\u3000-\u9fff\uff00-\uffef]|\s+|[^\s\u3000-\u9fff\uff00-\uffef]+/g,
  ) ?? []) {
    const line = (lines.at(-1) ?? "") + word;
    if (lines.at(-1) && ruler.measureText(line.trimEnd()).width > room)
      lines.push(word.trimStart());
    else lines[lines.length - 1] = line;
  }
  return lines.map((line) => line.trim()).filter(Boolean);
}

const pad = 16;

/**
 * A chart of the page as an SVG file that any program opens: shapes and texts (no HTML inside) at
 * the places and in the colours in which they are shown now, under a title and lines that say what
 * they were drawn from, with the fonts that the page brought.
 */
export async function pictureSvg(
  body: HTMLElement,
  { title, lines }: { title: string; lines: string[] },
): Promise<{ svg: string; width: number; height: number }> {
  const ruler = document.createElement("canvas").getContext("2d");
  if (!ruler) throw new Error("no canvas");
  const box = body.getBoundingClientRect();
  const page = getComputedStyle(document.body);
  const dimmed = getComputedStyle(body.parentElement ?? body).getPropertyValue(
    "--mantine-color-dimmed",
  );
  const probe = document.createElement("span");
  probe.style.color = dimmed;
  body.append(probe);
  const pale = getComputedStyle(probe).color;
  probe.remove();

  const room = Math.ceil(box.width);
  const family = escaped(page.fontFamily);
  const head: string[] = [];
  let y = pad;
  const write = (text: string, size: number, weight: number, color: string) => {
    ruler.font = `${weight} ${size}px ${page.fontFamily}`;
    for (const line of wrapped(text, room, ruler)) {
      y += size * 1.4;
      head.push(
        `<text x="${pad}" y="${round(y - size * 0.35)}" font-family="${family}" font-size="${size}px" font-weight="${weight}" fill="${color}">${escaped(line)}</text>`,
      );
    }
  };
  write(title, 16, 600, page.color);
  for (const line of lines) write(line, 12, 400, pale);
  const top = y + 12;
  const width = room + 2 * pad;
  const pen = { x: box.left - pad, y: box.top - top, bottom: top, ruler };
  const drawn = parts(body, 1, pen);
  const height = Math.ceil(pen.bottom + pad);
  const texts = `${title}${lines.join("")}${body.textContent ?? ""}…`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>${escaped(title)}</title>
<desc>${escaped(lines.join("\n"))}</desc>
<style>${await fontFaces(page.fontFamily, texts)}</style>
<rect width="${width}" height="${height}" fill="${invisible(page.backgroundColor) ? "#fff" : page.backgroundColor}"/>
${head.join("\n")}
${drawn.join("\n")}
</svg>`;
  return { svg, width, height };
}
