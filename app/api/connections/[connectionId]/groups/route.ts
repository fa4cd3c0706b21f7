import { ConnectionParams, GroupList } from "@/lib/contract/connection";
import { route } from "@/lib/http/route";
import { listServerGroups } from "@/lib/pipeline/connection-commands";

export const GET = route(
  { access: "read", params: ConnectionParams, answer: GroupList },
  ({ params: { connectionId } }) => listServerGroups(connectionId),
);
