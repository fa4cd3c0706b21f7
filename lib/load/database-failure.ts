import pg from "pg";
import { AppError } from "@/lib/errors";
import { databaseTrouble } from "@/lib/store/database-trouble";

/**
 * What a person should be told of a failure on the way to PostgreSQL: a database that is away or whose
 * disk is full gets its name and is tried again; every other error comes back as it is.
 */
export function databaseFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  if (error instanceof pg.DatabaseError && error.code === "53100") {
    return new AppError("disk-full", { path: "PostgreSQL" }, { cause: error });
  }
  return databaseTrouble(error) ?? error;
}
