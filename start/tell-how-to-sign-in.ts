import pc from "picocolors";
import type { Application } from "./application";
import { say } from "./say";

/** Where to look and how to get in: an address, an account or a one-time link, the database. */
export function tellHowToSignIn(application: Application, extra: [string, string][] = []): void {
  const { url, firstLink, settings, postgres } = application;
  const signIn: [string, string] = firstLink
    ? ["Sign in", `make the first account with this one-time link:\n${firstLink}`]
    : ["Sign in", settings.ADMIN_EMAIL ?? "with your account"];
  // The password stays in its file: this text may end up in somebody's log.
  const psql = postgres
    ? `PGPASSWORD=$(node -p 'require("${settings.DATA_DIR}/secrets.json").database_password') ` +
      `psql -h 127.0.0.1 -p ${postgres.port} -U fhir_user fhir_analytics`
    : 'psql "$DATABASE_URL"';
  const rows: [string, string][] = [
    ["Open", pc.bold(url)],
    signIn,
    ...extra,
    ["Database", psql],
    ["Logs", `${settings.DATA_DIR}/logs`],
    ["Stop", "Ctrl-C"],
  ];
  say.line();
  for (const [name, value] of rows) {
    say.line(`  ${name.padEnd(9)} ${value.replaceAll("\n", `\n${" ".repeat(12)}`)}`);
  }
  say.line();
}
