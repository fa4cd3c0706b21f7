import type { DemoClient } from "./clients";
import type { SandboxGroup } from "./groups";

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const html = (text: string) => text.replace(/[&<>"]/g, (character) => escapes[character] ?? "");

/** The JSON that "Download as JSON" gives: JWKS with both keys, client, FHIR and token URLs. */
export function clientConfig(client: DemoClient, url: string) {
  return {
    jwks: { keys: [client.publicKey, client.privateKey] },
    client_id: client.clientId,
    fhir_url: `${url}/fhir`,
    token_url: `${url}/auth/token`,
  };
}

/** The sandbox's page: what it is, where it is, its groups, and the configs to download. */
export function page(url: string, groups: readonly SandboxGroup[], clients: readonly DemoClient[]) {
  const patients = groups.reduce((sum, group) => sum + group.size, 0);
  const rows = groups
    .map(
      (group) =>
        `<tr><td>${html(group.name)}</td><td><code>${html(group.id)}</code></td><td class="number">${group.size.toLocaleString("en-US")}</td></tr>`,
    )
    .join("\n");
  const buttons = clients
    .map(
      (client) =>
        `<a class="button" href="/download.json?alg=${client.algorithm}" download="sandbox-${client.algorithm.toLowerCase()}.json">Download as JSON <small>${client.algorithm}</small></a>`,
    )
    .join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bulkhouse sandbox</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; --line: #d8dee6; --soft: #f5f7fa; --text: #1b2430; --quiet: #56616f; --accent: #12658b; --back: #fff; }
@media (prefers-color-scheme: dark) { :root { --line: #313a45; --soft: #1c232c; --text: #e6ebf1; --quiet: #9aa7b5; --accent: #63b8de; --back: #12171d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 760px; margin: 0 auto; padding: 48px 20px 64px; }
h1 { font-size: 1.75rem; margin: 0 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.05rem; margin: 2.25rem 0 .75rem; }
p { margin: .5rem 0; }
.quiet { color: var(--quiet); }
code { font: .875em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.25rem; margin: 0; padding: 1rem 1.25rem; background: var(--soft); border: 1px solid var(--line); border-radius: 8px; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: .5rem .5rem; border-bottom: 1px solid var(--line); }
th { color: var(--quiet); font-weight: 500; font-size: .875rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; }
.button { display: inline-block; padding: .55rem 1rem; border-radius: 6px; background: var(--accent); color: var(--back); text-decoration: none; font-weight: 550; }
.button:hover { filter: brightness(1.08); }
.button:focus-visible { outline: 3px solid var(--text); outline-offset: 2px; }
small { opacity: .8; font-weight: 400; }
@media (max-width: 520px) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; } }
</style>
</head>
<body>
<main>
<h1>Bulkhouse sandbox</h1>
<p class="quiet">A FHIR R4 bulk data server with made-up patients, for demos and tests. Nobody in it is real.</p>

<h2>Connect</h2>
<p>Each file below holds everything a client needs, its private key included. Drop it into Bulkhouse under <em>Connections</em>.</p>
<div class="buttons">
${buttons}
</div>
<dl>
<dt>FHIR base URL</dt><dd><code>${html(url)}/fhir</code></dd>
<dt>Token URL</dt><dd><code>${html(url)}/auth/token</code></dd>
<dt>Sign-in</dt><dd>SMART Backend Services, RS384 or ES384</dd>
<dt>Own key</dt><dd>POST a JWKS to <code>${html(url)}/auth/register</code></dd>
</dl>

<h2>Groups</h2>
<table>
<thead><tr><th scope="col">Name</th><th scope="col">Id</th><th scope="col" class="number">Patients</th></tr></thead>
<tbody>
${rows}
</tbody>
<tfoot><tr><td>Total</td><td></td><td class="number">${patients.toLocaleString("en-US")}</td></tr></tfoot>
</table>
</main>
</body>
</html>
`;
}
