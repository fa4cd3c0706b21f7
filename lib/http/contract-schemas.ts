import { z } from "zod";
import * as chart from "@/lib/contract/chart";
import * as connection from "@/lib/contract/connection";
import * as data from "@/lib/contract/data";
import * as exportRequest from "@/lib/contract/export-request";
import * as failure from "@/lib/contract/failure";
import * as job from "@/lib/contract/job";
import * as overview from "@/lib/contract/overview";
import * as patient from "@/lib/contract/patient";
import * as settings from "@/lib/contract/settings";

const rooms = { chart, connection, data, exportRequest, failure, job, overview, patient, settings };

/** The zod schemas of the contract under the names that they are exported by. */
export function contractSchemas(): Map<z.ZodType, string> {
  const named = new Map<z.ZodType, string>();
  for (const room of Object.values(rooms)) {
    for (const [name, schema] of Object.entries(room)) {
      if (schema instanceof z.ZodType) named.set(schema, name);
    }
  }
  return named;
}
