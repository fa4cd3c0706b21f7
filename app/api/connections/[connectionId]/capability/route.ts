import { Capability, ConnectionParams } from "@/lib/contract/connection";
import { route } from "@/lib/http/route";
import { readServerCapability } from "@/lib/pipeline/connection-commands";

export const GET = route(
  { access: "read", params: ConnectionParams, answer: Capability },
  ({ params: { connectionId } }) => readServerCapability(connectionId),
);
