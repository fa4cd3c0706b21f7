import { z } from "zod";
import { Capability } from "@/lib/contract/connection";
import { route } from "@/lib/http/route";
import { readServerCapability } from "@/lib/pipeline/connection-commands";

const params = z.object({ connectionId: z.uuid() });

export const GET = route(
  { access: "read", params, answer: Capability },
  ({ params: { connectionId } }) => readServerCapability(connectionId),
);
