import { cookies, headers } from "next/headers";
import { type Locale, locales } from "@/messages/messages";

/** The reader's language: the one chosen in the header (a cookie), else what the browser asks for first. */
export async function locale(): Promise<Locale> {
  const chosen = (await cookies()).get("locale")?.value;
  const known = locales.find((candidate) => candidate === chosen);
  if (known) return known;
  const wanted = (await headers()).get("accept-language") ?? "";
  for (const part of wanted.split(",")) {
    const tag = part.split(";")[0]?.trim().toLowerCase() ?? "";
    if (tag.startsWith("zh")) return "zh-CN";
    if (tag.startsWith("en")) return "en";
  }
  return "en";
}
