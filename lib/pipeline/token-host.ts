/**
 * May the token of a server go to this address? Only to the server that it is for and to the hosts
 * that a person allowed by name; a Content-Location, a manifest or a link may lead anywhere (SMART App
 * Launch, Backend Services: the token SHOULD NOT follow a reference to another server).
 * @param server.fhirBaseUrl the server that the token is for
 * @param server.allowedHosts "files.example.org", with a port where it is not the scheme's own
 */
export function tokenMayGo(
  url: string,
  server: { fhirBaseUrl: string; allowedHosts: readonly string[] },
): boolean {
  if (!URL.canParse(url)) return false;
  const to = new URL(url);
  const own = new URL(server.fhirBaseUrl);
  if (to.origin === own.origin) return true;
  // What lies under TLS stays there, allowed or not.
  if (to.protocol !== "https:" && own.protocol === "https:") return false;
  const moved = to.hostname === own.hostname && to.protocol === "https:";
  if (moved && to.port === "" && own.port === "") return true;
  return server.allowedHosts.some((host) => host.toLowerCase() === to.host);
}
