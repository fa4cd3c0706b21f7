/**
 * Where to go after signing in: a path on this site, whatever the address bar says.
 * @param back the `back` parameter, as it came
 * @returns path, query and fragment; "/" for anything that leads elsewhere or back to the sign-in page
 */
export function backPath(back: string | string[] | undefined): string {
  const here = "http://here.invalid";
  if (typeof back !== "string" || !back.startsWith("/") || !URL.canParse(back, here)) return "/";
  // Parsed as browsers do, which read "/\evil.org" and "/<tab>/evil.org" as another host.
  const { origin, pathname, search, hash } = new URL(back, here);
  if (origin !== here || pathname.startsWith("//") || pathname.startsWith("/sign-in")) return "/";
  return pathname + search + hash;
}
