import { z } from "zod";

/** A number of a query string. Empty (`limit=`) is not given, where `Number("")` would make it 0. */
export const queryNumber = <T extends z.ZodType>(schema: T) =>
  z.preprocess(
    (value) => (typeof value === "string" && value.trim() === "" ? undefined : value),
    schema,
  );
