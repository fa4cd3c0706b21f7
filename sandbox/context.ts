import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Authorization, Grant } from "./auth";
import type { Exports } from "./exports";
import type { Faults } from "./faults";
import type { SandboxGroup } from "./groups";
import type { CompleteOptions } from "./options";
import { outcomeResponse } from "./outcome";
import type { Population } from "./population/population";

/** How a request came: at the other origin, or by a redirect to another path. */
export type Env = {
  Bindings: HttpBindings & { elsewhere?: boolean; moved?: boolean };
  Variables: { grant: Grant | null; parameters?: [name: string, value: string][] };
};

/** What the routes share. */
export interface SandboxContext {
  options: CompleteOptions;
  population: Population;
  faults: Faults;
  authorization: Authorization;
  exports: Exports;
  /** The sandbox's own origin. */
  url(): string;
  /** The other origin, which starts to listen when it is first needed. */
  elsewhere(): Promise<string>;
}

/** The origin that links of an answer begin with: as the client named it. */
export function originOf(context: SandboxContext, c: Context<Env>): string {
  if (c.env.elsewhere) return context.url();
  return context.options.publicUrl ?? new URL(c.req.url).origin;
}

export const fhirBaseOf = (context: SandboxContext, c: Context<Env>) =>
  `${originOf(context, c)}/fhir`;

/** Whether this server asks for tokens at all. */
export const asksForTokens = ({ options, faults }: SandboxContext) =>
  options.auth && !faults.settings.open;

/** The manifest's requiresAccessToken. */
export const requiresAccessToken = (context: SandboxContext) =>
  context.faults.settings.requiresAccessToken ?? asksForTokens(context);

/** @throws HTTPException 403 when the token's scope does not open the type. */
export function mayRead(c: Context<Env>, type: string): void {
  const grant = c.get("grant");
  if (!grant || grant.types === "*" || grant.types.has(type)) return;
  throw new HTTPException(403, {
    res: outcomeResponse(
      403,
      `The scope "${grant.scope}" does not allow reading ${type}`,
      "forbidden",
    ),
  });
}

/** The groups with those members only that have joined (fault newMembers). */
export function groupsNow({ population, faults }: SandboxContext): SandboxGroup[] {
  const { newMembers = 0 } = faults.settings;
  return population.groups.map((group) => ({
    ...group,
    size: Math.max(1, group.size - newMembers),
  }));
}

/** The answer that sends a request elsewhere, if that fault is on for it. */
export async function redirected(
  context: SandboxContext,
  c: Context<Env>,
  place: "kickoff" | "status" | "file",
): Promise<Response | null> {
  const { redirect, redirectTo = "path", redirectCode = 307 } = context.faults.settings;
  if (!redirect?.includes(place) || c.env.moved || c.env.elsewhere) return null;
  const { pathname, search } = new URL(c.req.url);
  const target =
    redirectTo === "host"
      ? `${await context.elsewhere()}${pathname}${search}`
      : `${originOf(context, c)}/moved${pathname}${search}`;
  return new Response(null, { status: redirectCode, headers: { Location: target } });
}
