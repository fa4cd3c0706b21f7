import { ConnectionList, ConnectionView, CreateConnectionBody } from "@/lib/contract/connection";
import { route } from "@/lib/http/route";
import { createConnection } from "@/lib/pipeline/connection-commands";
import { audit } from "@/lib/store/audit";
import { listConnections } from "@/lib/store/connections";

export const GET = route({ access: "read", answer: ConnectionList }, async () => ({
  connections: await listConnections(),
}));

export const POST = route(
  { access: "write", body: CreateConnectionBody, answer: ConnectionView, created: true },
  async ({ actor, body }) => {
    const connection = await createConnection(body, actor);
    await audit({
      actor: actor.label,
      action: "connection.create",
      target: connection.connection_id,
      details: { name: connection.name, fhir_base_url: connection.fhir_base_url },
    });
    return connection;
  },
);
