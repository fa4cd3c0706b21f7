import { CancelBatchAnswer } from "@/lib/contract/export-request";
import { BatchParams } from "@/lib/contract/job";
import { route } from "@/lib/http/route";
import { cancelBatch } from "@/lib/pipeline/commands";
import { audit } from "@/lib/store/audit";

export const DELETE = route(
  { access: "write", params: BatchParams, answer: CancelBatchAnswer },
  async ({ actor, params }) => {
    const answer = await cancelBatch(params.batchId, actor);
    await audit({
      actor: actor.label,
      action: "job.cancel",
      target: params.batchId,
      details: { job_ids: answer.cancelled },
    });
    return answer;
  },
);
