import { z } from "zod";
import { ResourceType } from "@/lib/contract/export-request";
import { attachmentResponse } from "@/lib/http/attachment-response";
import { route } from "@/lib/http/route";
import { attachmentFile } from "@/lib/store/attachments-of-resource";
import { audit } from "@/lib/store/audit";

/**
 * `GET /api/data/{type}/{id}/attachments/{place}?job=`: a document that a resource names, as it arrived;
 * `place` counts from 0 within the resource. The audit trail keeps who fetched it.
 */
export const GET = route(
  {
    access: "read",
    file: "application/octet-stream",
    query: z.object({ job: z.uuid().optional() }),
    params: z.object({
      type: ResourceType,
      id: z.string().min(1).max(2048),
      place: z.coerce.number().int().min(0).max(1_000_000),
    }),
  },
  async ({ actor, query, params }) => {
    const file = await attachmentFile({ ...query, ...params });
    await audit({
      actor: actor.label,
      action: "attachment.download",
      target: `${params.type}/${params.id}`,
      details: { job: file.jobId, place: params.place },
    });
    return attachmentResponse(file, `${params.type}-${params.id}-${params.place}`);
  },
);
