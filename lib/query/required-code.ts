import { AppError } from "@/lib/errors";

/** @throws AppError invalid-request where a chart of one code is asked for without it */
export function requiredCode(selection: { code?: string }): string {
  if (!selection.code)
    throw new AppError("invalid-request", { reason: "code: this chart needs one" });
  return selection.code;
}
