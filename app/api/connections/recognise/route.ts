import { recogniseConfig } from "@/lib/config/recognise-config";
import { RecogniseBody, RecognisedConfig } from "@/lib/contract/connection";
import { route } from "@/lib/http/route";

/** What a config says, before anything is stored. The key itself does not come back. */
export const POST = route(
  { access: "write", body: RecogniseBody, answer: RecognisedConfig },
  async ({ body }) => {
    const { recognised } = await recogniseConfig(body.config);
    return recognised;
  },
);
