import { ConnectionParams, TestStep } from "@/lib/contract/connection";
import { ndjsonStream } from "@/lib/http/ndjson-stream";
import { route } from "@/lib/http/route";
import { testConnection } from "@/lib/pipeline/test-connection";
import { audit } from "@/lib/store/audit";
import { getConnection } from "@/lib/store/connections";

/** One step of the test a line, as each ends. */
export const POST = route(
  { access: "write", params: ConnectionParams, lines: TestStep },
  async ({ actor, params: { connectionId } }) => {
    await getConnection(connectionId);
    return ndjsonStream(async (write) => {
      const { ok } = await testConnection(connectionId, write);
      await audit({
        actor: actor.label,
        action: "connection.test",
        target: connectionId,
        details: { ok },
      });
    });
  },
);
