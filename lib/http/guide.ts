import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Locale } from "@/messages/messages";

const folder = () => path.join(process.cwd(), "docs");

/** A page of docs/: its text (Markdown), and the language that it is in. */
export type Guide = { name: string; text: string; language: Locale };

/**
 * A page of docs/ in the reader's language, else in English.
 * @param name as in its address: "troubleshooting", any case
 * @returns null where there is no such page
 */
export async function guide(name: string, locale: Locale): Promise<Guide | null> {
  const files = await readdir(folder()).catch((): string[] => []);
  // Only names that the folder lists are read: nothing of an address becomes a path.
  const find = (wanted: string) =>
    files.find((file) => file.toLowerCase() === wanted.toLowerCase());
  const chinese = locale === "zh-CN" ? find(`${name}.zh-CN.md`) : undefined;
  const file = chinese ?? find(`${name}.md`);
  if (!file || name.includes(".")) return null;
  const text = await readFile(path.join(folder(), file), "utf8");
  return { name, text, language: chinese ? "zh-CN" : "en" };
}

/** A picture of docs/pictures, or null. */
export async function guidePicture(name: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const pictures = path.join(folder(), "pictures");
  const files = await readdir(pictures).catch((): string[] => []);
  if (!files.includes(name) || !name.endsWith(".png")) return null;
  return new Uint8Array(await readFile(path.join(pictures, name)));
}
