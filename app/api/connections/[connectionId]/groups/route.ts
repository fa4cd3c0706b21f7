import { z } from "zod";
import { GroupList } from "@/lib/contract/connection";
import { route } from "@/lib/http/route";
import { listServerGroups } from "@/lib/pipeline/connection-commands";

const params = z.object({ connectionId: z.uuid() });

export const GET = route(
  { access: "read", params, answer: GroupList },
  ({ params: { connectionId } }) => listServerGroups(connectionId),
);
