import { z } from "zod";

const Refusal = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

/**
 * What next-auth hands on of a refused sign-in: our code and values as JSON (lib/session/auth-options).
 * @param error the `error` of its answer
 * @returns the failure to render; undefined for words of next-auth's own, which nobody can act on
 */
export function signInRefusal(error: string): z.infer<typeof Refusal> | undefined {
  try {
    return Refusal.safeParse(JSON.parse(error)).data;
  } catch {
    return undefined;
  }
}
